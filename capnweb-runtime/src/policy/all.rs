//! Several policies as one: all have to admit it.

use super::{Crossing, Denial, Policy};

macro_rules! all_of {
    ($($policy:ident $at:tt),+) => {
        /// They are asked in turn, until one denies: put a budget last, so that it is not spent on
        /// what another denies.
        impl<$($policy: Policy),+> Policy for ($($policy,)+) {
            fn admit(&self, crossing: &Crossing<'_>) -> Result<(), Denial> {
                $(self.$at.admit(crossing)?;)+
                Ok(())
            }

            fn looks_at_arguments(&self) -> bool {
                $(self.$at.looks_at_arguments())||+
            }

            fn unknown_name(&self, members: &[&str]) -> Option<&str> {
                None$(.or_else(|| self.$at.unknown_name(members)))+
            }
        }
    };
}

all_of!(A 0, B 1);
all_of!(A 0, B 1, C 2);
all_of!(A 0, B 1, C 2, D 3);
