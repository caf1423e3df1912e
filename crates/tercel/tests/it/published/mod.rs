//! Published values, one paper or data set a file.

mod admiralonco;
mod astct2019;
mod binomial_r;
mod cheung2000titecrm;
mod ctcae5;
mod eisenhauer2009recist;
mod fixture;
mod guo2017mtpi2;
mod ivanova2007ccd;
mod korn1994;
mod lencioni2010mrecist;
mod liang2024icaht;
mod lin2020boin12;
mod lin2020titeboin;
mod liu2015boin;
mod liu2020i3plus3;
mod neuenschwander2008blrm;
mod oquigley1990crm;
mod pknca;
mod simon1997titration;
mod skolnik2008rolling;
mod survival_r;
mod yan2017keyboard;
mod yuan2018titeboin;
mod zhao2024bfboin;
