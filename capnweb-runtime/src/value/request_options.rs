//! How a request is to be made.

macro_rules! keywords {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$of_variant:meta])* $variant:ident = $keyword:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$of_variant])* $variant,)*
        }

        impl $name {
            /// Returns the option that JavaScript calls so.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($keyword => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Returns what JavaScript calls this option.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $keyword,)*
                }
            }
        }
    };
}

keywords! {
    /// What a request does with the cache of an HTTP client.
    RequestCache {
        /// What HTTP says.
        #[default]
        Default = "default",
        /// Neither looks there nor stores there.
        NoStore = "no-store",
        /// Stores there without having looked.
        Reload = "reload",
        /// Asks the server whether what is there is still right.
        NoCache = "no-cache",
        /// Uses what is there, however old it is.
        ForceCache = "force-cache",
        /// The same, and fails if nothing is there. Of the same origin only.
        OnlyIfCached = "only-if-cached",
    }
}

keywords! {
    /// What becomes of a request that is redirected.
    RequestRedirect {
        /// It goes there.
        #[default]
        Follow = "follow",
        /// It fails.
        Error = "error",
        /// Its maker is told.
        Manual = "manual",
    }
}

keywords! {
    /// Whether a request of a browser may leave its origin.
    RequestMode {
        /// If the other side agrees.
        #[default]
        Cors = "cors",
        /// If it is simple; its maker cannot read the response.
        NoCors = "no-cors",
        /// No.
        SameOrigin = "same-origin",
    }
}

keywords! {
    /// Whether a request of a browser carries its cookies.
    RequestCredentials {
        /// Within its origin.
        #[default]
        SameOrigin = "same-origin",
        /// Never.
        Omit = "omit",
        /// Always.
        Include = "include",
    }
}

keywords! {
    /// How much a request of a browser tells about where it was made.
    ReferrerPolicy {
        /// What the page says.
        #[default]
        Unset = "",
        /// Nothing.
        NoReferrer = "no-referrer",
        /// All, but nothing if the connection is less secure.
        NoReferrerWhenDowngrade = "no-referrer-when-downgrade",
        /// All within its origin, nothing elsewhere.
        SameOrigin = "same-origin",
        /// The origin.
        Origin = "origin",
        /// The origin, but nothing if the connection is less secure.
        StrictOrigin = "strict-origin",
        /// All within its origin, the origin elsewhere.
        OriginWhenCrossOrigin = "origin-when-cross-origin",
        /// The same, but nothing if the connection is less secure.
        StrictOriginWhenCrossOrigin = "strict-origin-when-cross-origin",
        /// All.
        UnsafeUrl = "unsafe-url",
    }
}

/// How a [`Request`](super::Request) is to be made, in the words of the web's `fetch`.
///
/// What of it means something depends on who makes the request; most of it only does in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestOptions {
    /// What it does with the cache.
    pub cache: RequestCache,
    /// What becomes of it when it is redirected.
    pub redirect: RequestRedirect,
    /// What the response must hash to, as in a page's `integrity` attribute; empty for anything.
    pub integrity: String,
    /// Whether it may leave its origin.
    pub mode: RequestMode,
    /// Whether it carries cookies.
    pub credentials: RequestCredentials,
    /// Where it says that it was made: a URL, or nothing. The default is `about:client`: wherever
    /// that was.
    pub referrer: String,
    /// How much it says of that.
    pub referrer_policy: ReferrerPolicy,
    /// Whether it goes on when the page that made it is left.
    pub keepalive: bool,
}

impl RequestOptions {
    /// The referrer that stands for wherever the request was made.
    pub(crate) const CLIENT: &'static str = "about:client";
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            cache: RequestCache::default(),
            redirect: RequestRedirect::default(),
            integrity: String::new(),
            mode: RequestMode::default(),
            credentials: RequestCredentials::default(),
            referrer: Self::CLIENT.to_owned(),
            referrer_policy: ReferrerPolicy::default(),
            keepalive: false,
        }
    }
}
