//! Published values, one paper or data set a file.
