# Hand-size reference values from R: exact binomial limits, quantiles, geometric mean
# and CV, and Kaplan-Meier with follow-up truncated at the time points of a study.
#
# Run in the root of the repository:  Rscript docs/validation/r/small_cases.R
# Reads six.csv and twelve.csv, writes binom_small.csv, small_cases.json and
# small_cases-session.txt beside itself. Numbers carry 17 significant digits.

library(survival)
folder <- "docs/validation/r"
source(file.path(folder, "json.R"))

month <- 30.4375
taus <- c(3, 6, 12, 24) * month
quartiles <- c(0.25, 0.5, 0.75)

write_binom <- function(path) {
  cases <- do.call(rbind, lapply(1:12, function(n) data.frame(x = 0:n, n = n)))
  limits <- t(mapply(function(x, n) binom.test(x, n, conf.level = 0.95)$conf.int, cases$x, cases$n))
  writeLines(c("x,n,lower,upper", paste(cases$x, cases$n, num(limits[, 1]), num(limits[, 2]), sep = ",")), path)
}

# Positive concentrations in copies/ug; the second holds a value 1,000 times the smallest.
samples <- list(
  five = c(1200, 3400, 560, 8900, 2100),
  six = c(45, 45, 310, 5200, 45000, 880)
)

one_sample <- function(name) {
  x <- samples[[name]]
  probs <- c(0, 0.1, 0.25, 0.5, 0.75, 0.9, 1)
  object(
    name = text(name), values = paste0("[", paste(num(x), collapse = ", "), "]"), n = num(length(x)),
    mean = num(mean(x)), sd = num(sd(x)),
    geometric_mean = num(exp(mean(log(x)))),
    log_sd = num(sd(log(x))),
    geometric_cv_percent = num(100 * sqrt(exp(var(log(x))) - 1)),
    quantiles = rows(data.frame(p = probs, value = unname(quantile(x, probs, type = 7))))
  )
}

quantile_rows <- function(fit) {
  q <- quantile(fit, probs = quartiles)
  rows(data.frame(
    p = quartiles, estimate = unname(q$quantile), lower = unname(q$lower), upper = unname(q$upper)
  ))
}

step_rows <- function(fit) {
  s <- summary(fit, censored = TRUE)
  rows(data.frame(
    time = s$time, n_risk = s$n.risk, n_event = s$n.event, n_censor = s$n.censor,
    survival = s$surv, se = s$std.err, lower = s$lower, upper = s$upper
  ))
}

# Follow-up truncated at tau: what happens later is not seen, so the subject is censored at tau.
# Landmark and restricted mean past the last observation carry R's last value forward;
# beyond_last marks them. Before the first observation R refuses a restricted mean: null
# (by definition it is tau there, without variance).
one_tau <- function(time, event, tau) {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log")
  at <- summary(fit, times = tau, extend = TRUE)
  mean_table <- c(rmean = NA, "se(rmean)" = NA)
  if (tau >= min(time)) mean_table <- summary(fit, rmean = tau)$table
  seen <- data.frame(time = pmin(time, tau), event = event * (time <= tau))
  truncated <- survfit(Surv(time, event) ~ 1, data = seen, conf.type = "log-log")
  object(
    tau = num(tau), beyond_last = flag(tau > max(time)),
    n_risk = num(at$n.risk), survival = num(at$surv), se = num(at$std.err),
    lower = num(at$lower), upper = num(at$upper),
    rmean = num(mean_table[["rmean"]]), rmean_se = num(mean_table[["se(rmean)"]]),
    truncated_events = num(sum(seen$event)), truncated_quantiles = quantile_rows(truncated)
  )
}

one_endpoint <- function(name, endpoint, level, time, event) {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log")
  # Follow-up time: the censorings are the events. At a tie R keeps those with the event at risk.
  reverse <- survfit(Surv(time, 1 - event) ~ 1, conf.type = "log-log")
  object(
    data = text(name), endpoint = text(endpoint), dose_level = num(level),
    n = num(length(time)), events = num(sum(event)),
    steps = step_rows(fit), quantiles = quantile_rows(fit), reverse_quantiles = quantile_rows(reverse),
    at = array_of(lapply(taus, function(tau) one_tau(time, event, tau)))
  )
}

both_endpoints <- function(name, level, d) {
  list(
    one_endpoint(name, "PFS", level, d$pfs_days, d$pfs_event),
    one_endpoint(name, "OS", level, d$os_days, d$os_event)
  )
}

six <- read.csv(file.path(folder, "six.csv"))
twelve <- read.csv(file.path(folder, "twelve.csv"))
curves <- c(
  both_endpoints("six.csv", NA, six),
  both_endpoints("twelve.csv", NA, twelve),
  unlist(lapply(1:3, function(level) {
    both_endpoints("twelve.csv", level, twelve[twelve$dose_level == level, ])
  }), recursive = FALSE)
)

write_binom(file.path(folder, "binom_small.csv"))
writeLines(object(
  r = text(R.version.string), survival = text(as.character(packageVersion("survival"))),
  conf_type = text("log-log"), conf_level = num(0.95), days_in_month = num(month),
  samples = array_of(lapply(names(samples), one_sample)),
  curves = array_of(curves)
), file.path(folder, "small_cases.json"))
write_session(file.path(folder, "small_cases-session.txt"))
