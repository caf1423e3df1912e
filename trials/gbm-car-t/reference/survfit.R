# Kaplan-Meier reference values of the progression-free survival in data/adtte.csv,
# from the R package survival. Writes survfit.json and survfit-session.txt beside itself.
#
# Run in the root of the repository:  Rscript trials/gbm-car-t/reference/survfit.R
#
# Numbers carry 17 significant digits, so that they read back to the same double.
# What R leaves undefined (NA, NaN, infinite) is null.

library(survival)
source("docs/validation/r/json.R")
trial <- "trials/gbm-car-t"

adsl <- read.csv(file.path(trial, "data/adsl.csv"), colClasses = "character")
adtte <- read.csv(file.path(trial, "data/adtte.csv"), colClasses = "character")
pfs <- merge(adtte[adtte$PARAMCD == "PFS", ], adsl[, c("USUBJID", "DOSELBL")], by = "USUBJID")
pfs <- data.frame(
  level = pfs$DOSELBL,
  time = as.numeric(pfs$AVAL),
  event = 1 - as.integer(pfs$CNSR)
)
stopifnot(nrow(pfs) == 18, !anyNA(pfs))

conf_types <- c("log-log", "log", "plain")
conf_levels <- c(0.95, 0.90)
quartiles <- c(0.25, 0.5, 0.75)
months <- c(1, 2, 3, 6, 12)
rmst_months <- c(3, 6, 12)

# summary(censored = TRUE) has a row for censoring-only times too. Its std.err is the
# Greenwood standard error of the survival itself; fit$std.err is that of its logarithm.
step_rows <- function(fit) {
  s <- summary(fit, censored = TRUE)
  rows(data.frame(
    time = s$time, n_risk = s$n.risk, n_event = s$n.event, n_censor = s$n.censor,
    survival = s$surv, se = s$std.err, lower = s$lower, upper = s$upper
  ))
}

# R puts a quantile reached exactly at the middle of the flat stretch.
quartile_rows <- function(fit) {
  q <- quantile(fit, probs = quartiles)
  rows(data.frame(
    p = quartiles, estimate = unname(q$quantile),
    lower = unname(q$lower), upper = unname(q$upper)
  ))
}

# extend = TRUE carries the last value past the end of follow-up; beyond_last marks where
# it did. There the value is an estimate only if the curve had already reached 0.
landmark_rows <- function(fit) {
  s <- summary(fit, times = months, extend = TRUE)
  rows(data.frame(
    time = s$time, n_risk = s$n.risk, survival = s$surv, se = s$std.err,
    lower = s$lower, upper = s$upper, beyond_last = months > max(fit$time)
  ))
}

# Past the last observation R carries the last value forward here too.
rmst_rows <- function(fit) {
  rows(do.call(rbind, lapply(rmst_months, function(tau) {
    t <- summary(fit, rmean = tau)$table
    data.frame(
      tau = tau, rmean = t[["rmean"]], se = t[["se(rmean)"]],
      beyond_last = tau > max(fit$time)
    )
  })))
}

one_interval <- function(d, conf_type, conf_level) {
  fit <- survfit(Surv(time, event) ~ 1, data = d, conf.type = conf_type, conf.int = conf_level)
  object(
    conf_type = text(conf_type), conf_level = num(conf_level),
    steps = step_rows(fit), quartiles = quartile_rows(fit), landmarks = landmark_rows(fit)
  )
}

one_group <- function(label, d) {
  fit <- survfit(Surv(time, event) ~ 1, data = d)
  intervals <- list()
  for (level in conf_levels) {
    for (type in conf_types) {
      intervals[[length(intervals) + 1]] <- one_interval(d, type, level)
    }
  }
  object(
    dose_level = label, n = num(nrow(d)), events = num(sum(d$event)),
    last_time = num(max(d$time)), ends_at_zero = flag(min(fit$surv) == 0),
    rmst = rmst_rows(fit), intervals = array_of(intervals)
  )
}

groups <- c(
  list(one_group("null", pfs)),
  lapply(c("-1", "1", "2"), function(l) one_group(text(l), pfs[pfs$level == l, ]))
)
writeLines(object(
  endpoint = text("PFS"), time_unit = text("months"),
  r = text(R.version.string), survival = text(as.character(packageVersion("survival"))),
  groups = array_of(groups)
), file.path(trial, "reference/survfit.json"))
write_session(file.path(trial, "reference/survfit-session.txt"))
