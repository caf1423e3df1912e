# Log-rank tests, tests for trend and Cox models of data sets of the R package survival: reference numbers for
# crates/tercel/tests/it/published/survival_groups_r.rs. Run: Rscript groups_oracle.R > groups_oracle.json
suppressMessages(library(survival))
f <- function(x) if (length(x) == 0) "[]" else paste0("[", paste(sapply(x, function(v) if (is.na(v)) "null" else trimws(formatC(v, digits = 12, format = "g"))), collapse = ","), "]")
one <- function(id, time, event, group, level = 0.95) {
  g <- as.integer(factor(group))
  d <- survdiff(Surv(time, event) ~ g)
  # Score test of the exact-hypergeometric log-rank against scores 1..k: Tarone's test for trend.
  s <- seq_along(d$obs)
  u <- sum(s * (d$obs - d$exp)); v <- as.numeric(t(s) %*% d$var %*% s)
  c1 <- coxph(Surv(time, event) ~ g, ties = "efron")
  sm <- summary(c1, conf.int = level)
  ci <- confint(c1, level = level)
  # Profile likelihood limits: where the log partial likelihood has fallen by half the chi-square quantile.
  at <- function(b) coxph(Surv(time, event) ~ g, ties = "efron", init = b, control = coxph.control(iter.max = 0))$loglik[2]
  fall <- function(b) 2 * (c1$loglik[2] - at(b)) - qchisq(level, 1)
  reach <- 8 * sqrt(vcov(c1)[1, 1])
  low <- uniroot(fall, c(coef(c1) - reach, coef(c1)), tol = 1e-13)$root
  high <- uniroot(fall, c(coef(c1), coef(c1) + reach), tol = 1e-13)$root
  cat(sprintf('{"id":"%s","time":%s,"event":%s,"group":%s,"n":%s,"observed":%s,"expected":%s,"chisq":%s,"df":%d,"p":%s,"trend_chisq":%s,"trend_p":%s,"coef":%s,"se":%s,"hr":%s,"hr_lower":%s,"hr_upper":%s,"profile_lower":%s,"profile_upper":%s,"loglik":%s,"score_chisq":%s}',
    id, f(time), f(event), f(g), f(as.integer(table(g))), f(d$obs), f(d$exp), f(d$chisq)
    |> gsub(pattern = "\\[|\\]", replacement = ""), length(d$obs) - 1, formatC(pchisq(d$chisq, length(d$obs) - 1, lower.tail = FALSE), digits = 12, format = "g"),
    formatC(u^2 / v, digits = 12, format = "g"), formatC(pchisq(u^2 / v, 1, lower.tail = FALSE), digits = 12, format = "g"),
    formatC(coef(c1), digits = 12, format = "g"), formatC(sqrt(vcov(c1)[1, 1]), digits = 12, format = "g"),
    formatC(exp(coef(c1)), digits = 12, format = "g"), formatC(exp(ci[1]), digits = 12, format = "g"), formatC(exp(ci[2]), digits = 12, format = "g"),
    formatC(exp(low), digits = 12, format = "g"), formatC(exp(high), digits = 12, format = "g"),
    f(c1$loglik), formatC(c1$score, digits = 12, format = "g")))
}
cat(sprintf('{"generator":"R %s, survival %s","cases":[\n', getRversion(), packageVersion("survival")))
one("ovarian rx", ovarian$futime, ovarian$fustat, ovarian$rx); cat(",\n")
one("aml x", aml$time, aml$status, aml$x); cat(",\n")
one("veteran trt", veteran$time, veteran$status, veteran$trt); cat(",\n")
one("veteran celltype", veteran$time, veteran$status, veteran$celltype); cat(",\n")
lung1 <- lung[!is.na(lung$ph.ecog), ]
one("lung ph.ecog", lung1$time, lung1$status - 1, lung1$ph.ecog); cat(",\n")
one("lung sex", lung$time, lung$status - 1, lung$sex); cat(",\n")
one("ties", c(1,1,1,2,2,3,3,3,4,5,5,6), c(1,1,0,1,1,1,0,1,0,1,1,0), c(1,2,1,1,2,2,3,3,1,3,2,3)); cat("\n]}\n")
