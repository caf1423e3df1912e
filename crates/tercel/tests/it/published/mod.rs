//! Published values, one paper or data set a file.

mod admiralonco;
mod astct2019;
mod binomial_r;
mod ctcae5;
mod eisenhauer2009recist;
mod korn1994;
mod lencioni2010mrecist;
mod pknca;
mod survival_r;
