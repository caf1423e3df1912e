# Kaplan-Meier estimates of the smallest samples: reference numbers for crates/tercel/tests/it/published/survival_r.rs.
# Run: Rscript km_small_oracle.R > km_small_oracle.json
suppressMessages(library(survival))
num <- function(v) if (length(v) == 0 || is.na(v)) "null" else trimws(formatC(v, digits = 12, format = "g"))
f <- function(x) paste0("[", paste(sapply(x, num), collapse = ","), "]")
one <- function(id, time, event) {
  parts <- sapply(c("log-log", "log", "plain"), function(type) {
    fit <- survfit(Surv(time, event) ~ 1, conf.type = type)
    q <- quantile(fit, c(0.25, 0.5, 0.75))
    sprintf('"%s":{"time":%s,"n_risk":%s,"n_event":%s,"survival":%s,"se":%s,"lower":%s,"upper":%s,"q":%s,"q_lower":%s,"q_upper":%s}',
      type, f(fit$time), f(fit$n.risk), f(fit$n.event), f(fit$surv), f(fit$surv * fit$std.err), f(fit$lower), f(fit$upper),
      f(q$quantile), f(q$lower), f(q$upper))
  })
  m <- summary(survfit(Surv(time, event) ~ 1), rmean = max(time))$table
  cat(sprintf('{"id":"%s","time":%s,"event":%s,"rmean":%s,"rmean_se":%s,"conf_types":{%s}}', id, f(time), f(event), num(m["rmean"]), num(m["se(rmean)"]), paste(parts, collapse = ",")))
}
cat(sprintf('{"generator":"R %s, survival %s","cases":[\n', getRversion(), packageVersion("survival")))
one("every kind of tie", c(1, 1, 2, 2, 2, 3, 3, 4, 4, 5), c(1, 1, 1, 1, 0, 0, 0, 1, 0, 1)); cat(",\n")
one("one half exactly", c(10, 20, 30, 40), c(1, 1, 1, 1)); cat(",\n")
one("one half exactly, then censored", c(10, 20, 30, 50), c(1, 1, 0, 0)); cat(",\n")
one("one half at the last time", c(10, 20), c(0, 0) + c(1, 0)); cat(",\n")
one("one event only", c(3, 5, 7, 9, 11), c(0, 1, 0, 0, 0)); cat(",\n")
one("one event, last", c(3, 5, 7, 9, 11), c(0, 0, 0, 0, 1)); cat(",\n")
one("all censored", c(2, 4, 6), c(0, 0, 0)); cat(",\n")
one("one subject, event", 5, 1); cat(",\n")
one("one subject, censored", 5, 0); cat(",\n")
one("death on the day of infusion", c(0, 3, 6, 9), c(1, 0, 1, 0)); cat(",\n")
one("all at once", c(4, 4, 4), c(1, 1, 1)); cat(",\n")
one("censored on the day of infusion", c(0, 0, 2, 3), c(0, 1, 1, 1)); cat(",\n")
one("quarters exactly", c(1, 2, 3, 4, 5, 6, 7, 8), c(1, 1, 1, 1, 1, 1, 1, 1)); cat(",\n")
one("first dose groups", c(1.2, 1.2, 2.8, 3.1, 3.1, 5.4, 6.0, 6.0, 9.9, 12.0, 12.0, 12.0, 13.5, 18.2, 18.2, 24.0, 24.0, 24.1), c(1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0)); cat("\n]}\n")
