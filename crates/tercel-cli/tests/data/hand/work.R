# Numbers of the hand-worked study from the facts of README.md, without the program.
# Rscript work.R    writes expected.csv and prints the Kaplan-Meier tables (kept in work-output.txt).
suppressMessages(library(survival))

M <- 30.4375
Z <- 1.959963984540054
LEVELS <- list("1", "2", "3", "")

# --- Facts of each infused subject, read off the datasets by hand (README.md says how). Durations in days, both ends counted.
s <- read.csv(text = "
id,level,pfs,pfs_event,os,os_event,ttr,dor,dor_event
H-01,1,548,1,878,0,57,492,1
H-02,1,90,1,300,1,,,
H-03,1,185,1,300,1,,,
H-04,1,90,1,90,1,,,
H-05,2,57,0,181,1,,,
H-06,2,185,0,666,0,29,157,0
H-07,2,92,0,101,0,,,
H-08,2,93,1,400,1,,,
H-09,2,275,1,503,0,57,219,1
H-10,2,456,0,482,0,275,182,0
H-11,3,99,0,99,0,,,
H-12,3,57,0,57,0,,,
H-13,3,1,0,15,0,,,
", colClasses = c(level = "character"))

# yes / of, per level 1, 2, 3; the sum is the overall row.
counts <- list(
  "P1" = rbind(yes = c(0, 1, 1), of = c(3, 6, 2)),
  "P2.ae" = rbind(c(3, 6, 2), c(4, 7, 3)),
  "P2.sae" = rbind(c(1, 2, 1), c(4, 7, 3)),
  "P3.crs" = rbind(c(0, 3, 2), c(4, 6, 3)),
  "P3.icans" = rbind(c(0, 1, 2), c(4, 6, 3)),
  "P4" = rbind(c(2, 3, 1), c(4, 7, 3)))
rates <- list(
  "S1 3" = rbind(c(1, 2, 0), c(4, 6, 0)),
  "S2 3" = rbind(c(2, 4, 1), c(4, 6, 1)),
  "S2 6" = rbind(c(1, 3, 0), c(4, 6, 0)),
  "S2 12" = rbind(c(1, 1, 0), c(4, 6, 0)),
  "S2 24" = rbind(c(0, 0, 0), c(4, 5, 0)))

# Percent changes of serum IL1RAP.
change <- list(
  "3" = list("1" = c(-25, -27.5, 50), "2" = c(-30, 10, -50, 25, -22), "3" = c(-15)),
  "6" = list("1" = c(-50, 10, -55), "2" = c(-40, -50, -45), "3" = c()),
  "12" = list("1" = c(-93.75), "2" = c(-10, -75), "3" = c()),
  "24" = list("1" = c(10), "2" = c(), "3" = c()))
# Levels in blood; NA: below quantification.
copies <- list(
  "3" = list("1" = c(5000, NA, 1200), "2" = c(9000, 3000, 2000, NA), "3" = c(7000)),
  "6" = list("1" = c(800, NA, NA), "2" = c(1000, NA), "3" = c()),
  "12" = list("1" = c(NA), "2" = c(500, 400), "3" = c()),
  "24" = list("1" = c(150), "2" = c(), "3" = c()))
cells <- list(
  "3" = list("1" = c(12.5, NA), "2" = c(40, 8), "3" = c(22)),
  "6" = list("1" = c(3), "2" = c(5.5), "3" = c()),
  "12" = list("1" = c(), "2" = c(NA), "3" = c()),
  "24" = list("1" = c(), "2" = c(), "3" = c()))

rows <- list()
show <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
put <- function(id, tau, level, value, lower = NA, upper = NA, n, of) {
  rows[[length(rows) + 1]] <<- data.frame(id = id, time_point_months = tau, dose_level = level, value = show(value),
    lower = show(lower), upper = show(upper), n = n, denominator = of,
    estimable = if (is.na(value)) "false" else "true")
}
pick <- function(m, level) if (level == "") rowSums(m) else m[, as.integer(level)]
of_level <- function(d, level) if (level == "") d else d[d$level == level, ]
values <- function(x, level) if (level == "") unlist(x, use.names = FALSE) else x[[level]]

# Observations beyond tau are censored at tau (months).
truncate <- function(time, event, tau) list(time = pmin(time, tau), event = ifelse(time > tau, 0, event))
km <- function(time, event) survfit(Surv(time, event) ~ 1, conf.type = "log-log")
km_median <- function(time, event) unlist(quantile(km(time, event), 0.5), use.names = FALSE)
# The last of the follow-up is a censoring before tau: the curve is unknown there.
ends_before <- function(time, event, tau) max(time) < tau && any(event[time == max(time)] == 0)
km_at <- function(time, event, tau) {
  if (ends_before(time, event, tau)) return(c(NA, NA, NA))
  f <- summary(km(time, event), times = tau, extend = TRUE)
  # No event yet: the limits are 1 and 1, as survival 3.8 gives them (3.5 leaves them out). No survivor: undefined.
  if (f$surv == 1) c(1, 1, 1) else c(f$surv, f$lower, f$upper)
}
# Area under the curve to tau; variance as survival:::survmean.
rmst <- function(time, event, tau) {
  if (ends_before(time, event, tau)) return(c(NA, NA, NA))
  f <- km(time, event)
  keep <- which(f$time <= tau)
  t <- c(f$time[keep], tau)
  surv <- c(1, f$surv[keep])
  area <- diff(c(0, t)) * surv
  left <- f$n.risk[keep] - f$n.event[keep]
  hazard <- ifelse(left == 0, 0, f$n.event[keep] / (f$n.risk[keep] * left))
  after <- rev(cumsum(rev(area)))[-1]
  mean <- sum(area)
  se <- sqrt(sum(after^2 * hazard))
  cat("\nRMST to month ", tau, ": S until each event, area until it, area A right of it to month ", tau, ", d/(n(n-d)) = h\n", sep = "")
  at <- f$n.event[keep] > 0
  if (any(at)) print(data.frame(months = round(f$time[keep][at], 6), S_before = round(surv[seq_along(keep)][at], 6),
    A = round(after[at], 6), h = round(hazard[at], 6), A2h = round((after^2 * hazard)[at], 9)), row.names = FALSE)
  cat("  area ", sprintf("%.9f", mean), ", SE ", sprintf("%.9f", se), "\n", sep = "")
  if (min(f$time) <= tau) {
    r <- summary(f, rmean = tau)$table
    stopifnot(isTRUE(all.equal(unname(r[["rmean"]]), mean)), isTRUE(all.equal(unname(r[["se(rmean)"]]), se)))
  }
  c(mean, max(0, mean - Z * se), min(tau, mean + Z * se))
}

table_of <- function(title, time, event, days) {
  cat("\n", title, "\n", sep = "")
  if (length(time) == 0) return(cat("  nobody\n"))
  f <- km(time, event)
  # Greenwood's sum, and the limits by the formula of README.md beside those of survfit.
  g <- cumsum(ifelse(f$n.risk == f$n.event, NA, f$n.event / (f$n.risk * (f$n.risk - f$n.event))))
  limit <- function(sign) ifelse(f$surv %in% c(0, 1), NA_real_, f$surv^exp(sign * -Z * sqrt(g) / log(f$surv)))
  stopifnot(isTRUE(all.equal(limit(1), as.numeric(f$lower))), isTRUE(all.equal(limit(-1), as.numeric(f$upper))))
  print(data.frame(days = days(f$time), months = round(f$time, 6), at_risk = f$n.risk, events = f$n.event, censored = f$n.censor,
    S = round(f$surv, 6), G = round(g, 6), lower = round(f$lower, 6), upper = round(f$upper, 6)), row.names = FALSE)
}

for (level in LEVELS) {
  d <- of_level(s, level)
  name <- if (level == "") "overall" else paste("dose level", level)
  in_days <- function(t) round(t * M, 4)
  table_of(paste("PFS,", name), d$pfs / M, d$pfs_event, in_days)
  table_of(paste("OS,", name), d$os / M, d$os_event, in_days)
  for (id in names(counts)) {
    x <- pick(counts[[id]], level)
    put(id, "", level, x[[1]], n = x[[1]], of = x[[2]])
  }
  for (key in names(rates)) {
    k <- strsplit(key, " ")[[1]]
    x <- pick(rates[[key]], level)
    ci <- if (x[[2]] == 0) c(NA, NA) else binom.test(x[[1]], x[[2]])$conf.int
    put(k[1], k[2], level, if (x[[2]] == 0) NA else x[[1]] / x[[2]], ci[1], ci[2], x[[1]], x[[2]])
  }
  for (tau in c(3, 6, 12, 24)) {
    at <- as.character(tau)
    x <- values(change[[at]], level)
    put("S3", at, level, if (length(x)) median(x) else NA, n = length(x), of = length(x))
    for (part in c("copies", "cells")) {
      x <- values(if (part == "copies") copies[[at]] else cells[[at]], level)
      ranked <- ifelse(is.na(x), -Inf, x)
      middle <- if (length(x)) median(ranked) else NA
      put(paste0("S4.", part), at, level, if (is.na(middle) || middle == -Inf) NA else middle, n = sum(!is.na(x)), of = length(x))
    }
    p <- truncate(d$pfs / M, d$pfs_event, tau)
    n <- sum(p$event)
    r <- rmst(d$pfs / M, d$pfs_event, tau)
    put("S5", at, level, r[1], r[2], r[3], n, nrow(d))
    m <- km_median(p$time, p$event)
    put("S6", at, level, m[1], m[2], m[3], n, nrow(d))
    r <- km_at(d$pfs / M, d$pfs_event, tau)
    put("S11", at, level, r[1], r[2], r[3], n, nrow(d))
    responders <- d[!is.na(d$ttr) & (d$ttr - 1) / M <= tau, ]
    put("S7", at, level, if (nrow(responders)) median(responders$ttr / M) else NA, n = nrow(responders), of = nrow(responders))
    known <- tau - (responders$ttr - 1) / M
    dor <- responders$dor / M
    event <- ifelse(dor > known, 0, responders$dor_event)
    time <- pmin(dor, known)
    table_of(paste0("DOR to month ", tau, ", ", name), time, event, in_days)
    m <- if (length(time)) km_median(time, event) else c(NA, NA, NA)
    put("S8", at, level, m[1], m[2], m[3], sum(event), nrow(responders))
    if (tau == 3) next
    o <- truncate(d$os / M, d$os_event, tau)
    n <- sum(o$event)
    m <- km_median(o$time, o$event)
    put("S9", at, level, m[1], m[2], m[3], n, nrow(d))
    r <- km_at(d$os / M, d$os_event, tau)
    put("S10", at, level, r[1], r[2], r[3], n, nrow(d))
  }
}
all <- do.call(rbind, rows)
stopifnot(nrow(all) == 196, nrow(unique(all[, 1:3])) == 196)
write.csv(all, "expected.csv", row.names = FALSE, quote = FALSE)
