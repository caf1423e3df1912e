# Reads every SAS transport file of a folder with haven and writes beside it what was read: values (numbers as days or
# seconds of SAS, in full precision) as CSV, labels and formats as another.
#
#     Rscript scripts/readback.R FOLDER
library(haven)

for (path in list.files(commandArgs(TRUE)[1], pattern = "[.]xpt$", full.names = TRUE)) {
  data <- read_xpt(path)
  text <- lapply(data, function(column) {
    if (inherits(column, "Date")) column <- as.numeric(column) + 3653
    if (inherits(column, "POSIXct")) column <- as.numeric(column) + 3653 * 86400
    if (is.numeric(column)) ifelse(is.na(column), "", sprintf("%.17g", column)) else ifelse(is.na(column), "", column)
  })
  said <- function(name) vapply(data, function(column) {
    value <- attr(column, name, exact = TRUE)
    if (is.null(value)) "" else value
  }, "")
  write.csv(as.data.frame(text, optional = TRUE), paste0(path, ".csv"), row.names = FALSE, fileEncoding = "UTF-8")
  described <- data.frame(name = names(data), label = said("label"), format = said("format.sas"))
  write.csv(described, paste0(path, ".names.csv"), row.names = FALSE, fileEncoding = "UTF-8")
}
