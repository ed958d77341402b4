//! The expansion of `rpc_error`; write it anew with UPDATE_GOLDEN=1.

#[automatically_derived]
impl ::capnweb_runtime::__private::RpcError for StorageError {
    fn into_error(self) -> ::capnweb_runtime::__private::Error {
        let message = ::std::string::ToString::to_string(&self);
        match self {
            Self::NotFound { key, tried_at } => {
                ::capnweb_runtime::__private::typed_error(
                        "RangeError",
                        "NotFound",
                        message,
                    )
                    .prop::<String>("key", &key)
                    .prop::<Option<u64>>("triedAt", &tried_at)
                    .build()
            }
            Self::Full => {
                ::capnweb_runtime::__private::typed_error("RangeError", "Full", message)
                    .build()
            }
            Self::TooLarge(value) => {
                ::capnweb_runtime::__private::typed_error("TypeError", "E2BIG", message)
                    .prop::<u64>("value", &value)
                    .build()
            }
            Self::Other(error) => error,
        }
    }
    fn from_error(error: ::capnweb_runtime::__private::Error) -> Self {
        match ::capnweb_runtime::__private::error_code(&error) {
            ::core::option::Option::Some("NotFound") => {
                match (
                    ::capnweb_runtime::__private::error_prop::<String>(&error, "key"),
                    ::capnweb_runtime::__private::error_prop::<
                        Option<u64>,
                    >(&error, "triedAt"),
                ) {
                    (
                        ::core::option::Option::Some(key),
                        ::core::option::Option::Some(tried_at),
                    ) => Self::NotFound { key, tried_at },
                    _ => Self::Other(error),
                }
            }
            ::core::option::Option::Some("Full") => Self::Full,
            ::core::option::Option::Some("E2BIG") => {
                match (
                    ::capnweb_runtime::__private::error_prop::<u64>(&error, "value"),
                ) {
                    (::core::option::Option::Some(value),) => Self::TooLarge(value),
                    _ => Self::Other(error),
                }
            }
            _ => Self::Other(error),
        }
    }
}
#[automatically_derived]
impl ::core::convert::From<StorageError> for ::capnweb_runtime::__private::Error {
    fn from(error: StorageError) -> Self {
        ::capnweb_runtime::__private::RpcError::into_error(error)
    }
}
