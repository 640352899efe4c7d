//! Closed lists of words: one spelling in Rust, SQL, JSON and letters alike.

/// A closed list whose members are written as fixed English words.
pub trait TextEnum: Sized + Copy + 'static {
    /// Every member, in the order of the design.
    const ALL: &'static [Self];
    /// What the list is called, for messages (`kind`, `basis`, …).
    const NAME: &'static str;
    /// Name of the Rust type: unlike [`NAME`](Self::NAME) no two lists share it.
    const TYPE: &'static str;
    /// The word, as stored and sent.
    fn as_str(self) -> &'static str;
    /// The member written `word`, if there is one.
    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|member| member.as_str() == word)
    }
}

/// Declares an enum together with its words.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident $list:literal { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $crate::text_enum::TextEnum for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            const NAME: &'static str = $list;
            const TYPE: &'static str = stringify!($name);
            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::text_enum::TextEnum::as_str(*self))
            }
        }
    };
}
