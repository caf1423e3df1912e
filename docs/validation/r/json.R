# JSON in base R, just enough for tables of numbers. Every function returns JSON text.

num <- function(x) ifelse(is.finite(x), trimws(formatC(x, digits = 17, format = "g")), "null")
text <- function(x) encodeString(x, quote = "\"")
flag <- function(x) ifelse(x, "true", "false")

# object(a = num(1), b = text("x"))
object <- function(...) {
  values <- list(...)
  paste0("{", paste0(text(names(values)), ": ", unlist(values), collapse = ", "), "}")
}

array_of <- function(values) paste0("[\n", paste(unlist(values), collapse = ",\n"), "\n]")

# A data frame as an array of objects, one a line.
rows <- function(d) {
  cells <- lapply(d, function(column) {
    if (is.logical(column)) flag(column) else if (is.character(column)) text(column) else num(column)
  })
  array_of(lapply(seq_len(nrow(d)), function(i) do.call(object, lapply(cells, `[`, i))))
}

# Versions only: no machine, path, user or time, so that a rerun gives the same file.
write_session <- function(path) {
  packages <- sort(loadedNamespaces())
  versions <- vapply(packages, function(p) as.character(packageVersion(p)), "")
  writeLines(c(
    R.version.string,
    paste("platform", R.version$platform),
    paste(packages, versions)
  ), path)
}
