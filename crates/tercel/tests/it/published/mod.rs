//! Published values, one paper or data set a file.

mod astct2019;
mod ctcae5;
