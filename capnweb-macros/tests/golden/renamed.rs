//! The expansion of `renamed`; write it anew with UPDATE_GOLDEN=1.

trait Store: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn read(
        &self,
        key: Option<String>,
        n: u8,
    ) -> impl ::core::future::Future<Output = Result<String>> + ::core::marker::Send;
    fn write(
        &self,
        key: String,
    ) -> impl ::core::future::Future<
        Output = Result<(), WriteError>,
    > + ::core::marker::Send;
    fn id(&self) -> String;
}
/// A reference to a [`Store`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
///
/// It does not implement [`Store`] itself: a stub waits for the answer and the call can fail, and `id` cannot say so (only `async fn` with a `Result` can).
struct StoreStub {
    __stub: crate::rpc::__private::Stub,
}
/// A [`Store`] with less authority.
///
/// A facet of [`Store`]: `read` and `id`.
/// It lacks `write`.
trait Reader: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn read(
        &self,
        key: Option<String>,
        n: u8,
    ) -> impl ::core::future::Future<Output = Result<String>> + ::core::marker::Send;
    fn id(&self) -> String;
}
/// A reference to a [`Reader`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
///
/// It does not implement [`Reader`] itself: a stub waits for the answer and the call can fail, and `id` cannot say so (only `async fn` with a `Result` can).
struct ReaderStub {
    __stub: crate::rpc::__private::Stub,
}
const _: () = {
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl StoreStub {
        /// Makes a reference to a local [`Store`].
        fn new(target: impl Store) -> Self {
            <Self as crate::rpc::__private::Capability>::from_stub(
                crate::rpc::__private::serve(__StoreDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Calls `read`.
        fn read(
            &self,
            key: impl crate::rpc::__private::IntoArg<Option<String>>,
            n: impl crate::rpc::__private::IntoArg<::core::option::Option<u8>>,
        ) -> crate::rpc::__private::Promise<String> {
            crate::rpc::__private::call::<
                String,
                crate::rpc::__private::Error,
            >(
                &self.__stub,
                "read",
                crate::rpc::__private::ArgList::new()
                    .with_optional::<String>("key", key)
                    .with_optional::<u8>("n", n),
            )
        }
        /// Calls `write`.
        fn write(
            &self,
            key: impl crate::rpc::__private::IntoArg<String>,
        ) -> crate::rpc::__private::Promise<(), WriteError> {
            crate::rpc::__private::call::<
                (),
                WriteError,
            >(
                &self.__stub,
                "write",
                crate::rpc::__private::ArgList::new().with::<String>("key", key),
            )
        }
        /// Reads `id`.
        fn id(&self) -> crate::rpc::__private::Promise<String> {
            crate::rpc::__private::get::<
                String,
                crate::rpc::__private::Error,
            >(&self.__stub, "id")
        }
        /// Returns a reference to the same object with less authority.
        fn attenuate<__Facet>(&self) -> __Facet
        where
            __Facet: crate::rpc::__private::FacetOf<Self>,
        {
            <__Facet as crate::rpc::__private::FacetOf<Self>>::of(self)
        }
        /// Returns a reference to the same object through which passes what the policy admits.
        #[must_use = "only the reference that this returns is guarded"]
        fn guarded(&self, policy: impl crate::rpc::__private::Policy) -> Self {
            crate::rpc::__private::guarded(self, policy)
        }
        /// Returns a reference to the same object, and what takes it back.
        #[must_use = "only the reference that this returns can be revoked"]
        fn revocable(&self) -> (Self, crate::rpc::__private::Revoker) {
            let (stub, revoker) = crate::rpc::__private::revocable(&self.__stub);
            (<Self as crate::rpc::__private::Capability>::from_stub(stub), revoker)
        }
        /// Returns a reference to the same object, and what takes it back, with all that is ever
        /// reached through it, both ways.
        #[must_use = "only the reference that this returns is behind the membrane"]
        fn membrane(&self) -> (Self, crate::rpc::__private::Revoker) {
            crate::rpc::__private::membrane(self)
        }
        /// Returns what `membrane` does; the policy is asked about everything that crosses.
        #[must_use = "only the reference that this returns is behind the membrane"]
        fn membrane_with(
            &self,
            policy: impl crate::rpc::__private::Policy,
        ) -> (Self, crate::rpc::__private::Revoker) {
            crate::rpc::__private::membrane_with(self, policy)
        }
    }
    #[automatically_derived]
    impl crate::rpc::__private::Capability for StoreStub {
        const INTERFACE: &'static str = "Store";
        const MEMBERS: &'static [&'static str] = &["read", "write", "id"];
        fn from_stub(stub: crate::rpc::__private::Stub) -> Self {
            Self { __stub: stub }
        }
        fn as_stub(&self) -> &crate::rpc::__private::Stub {
            &self.__stub
        }
        fn into_stub(self) -> crate::rpc::__private::Stub {
            self.__stub
        }
    }
    #[automatically_derived]
    impl crate::rpc::__private::Pipeline for StoreStub {
        type Pipelined = Self;
        fn pipelined(stub: crate::rpc::__private::Stub) -> Self {
            <Self as crate::rpc::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl crate::rpc::__private::MapResult for StoreStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for StoreStub {
        fn clone(&self) -> Self {
            <Self as crate::rpc::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for StoreStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "StoreStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl crate::rpc::__private::serde::Serialize for StoreStub {
        fn serialize<__S: crate::rpc::__private::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<
            <__S as crate::rpc::__private::serde::Serializer>::Ok,
            <__S as crate::rpc::__private::serde::Serializer>::Error,
        > {
            crate::rpc::__private::serialize_stub(&self.__stub, serializer)
        }
    }
    #[automatically_derived]
    impl<'__de> crate::rpc::__private::serde::Deserialize<'__de> for StoreStub {
        fn deserialize<__D: crate::rpc::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as crate::rpc::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = crate::rpc::__private::deserialize_stub("Store", deserializer)?;
            ::core::result::Result::Ok(
                <Self as crate::rpc::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __StoreInterface: crate::rpc::__private::Interface = crate::rpc::__private::Interface {
        name: "Store",
        members: &[
            crate::rpc::__private::Member {
                name: "read",
                kind: crate::rpc::__private::MemberKind::Method,
                cancel: crate::rpc::__private::Cancel::Cooperative,
            },
            crate::rpc::__private::Member {
                name: "write",
                kind: crate::rpc::__private::MemberKind::Method,
                cancel: crate::rpc::__private::Cancel::Cooperative,
            },
            crate::rpc::__private::Member {
                name: "id",
                kind: crate::rpc::__private::MemberKind::Property,
                cancel: crate::rpc::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __StoreDispatcher<__Target: Store> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: Store> crate::rpc::__private::Dispatch
    for __StoreDispatcher<__Target> {
        fn interface(&self) -> &'static crate::rpc::__private::Interface {
            &__StoreInterface
        }
        fn dispatch(
            &self,
            member: usize,
            call: crate::rpc::__private::Call,
            mut args: crate::rpc::__private::Args,
        ) -> crate::rpc::__private::Reply {
            let target = ::std::sync::Arc::clone(&self.target);
            match member {
                0 => {
                    crate::rpc::__private::reply(async move {
                        crate::rpc::__private::answer::<
                            String,
                            crate::rpc::__private::Error,
                        >(
                            <__Target as Store>::read(
                                    &target,
                                    args.take::<Option<String>>("key")?,
                                    args.take_or::<u8>("n", || 1)?,
                                )
                                .await,
                        )
                    })
                }
                1 => {
                    crate::rpc::__private::reply(async move {
                        crate::rpc::__private::answer::<
                            (),
                            WriteError,
                        >(
                            <__Target as Store>::write(
                                    &target,
                                    args.take::<String>("key")?,
                                )
                                .await,
                        )
                    })
                }
                2 => {
                    crate::rpc::__private::reply(async move {
                        crate::rpc::__private::answer_plain::<
                            String,
                        >(<__Target as Store>::id(&target))
                    })
                }
                _ => crate::rpc::__private::no_such_member(),
            }
        }
    }
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl ReaderStub {
        /// Makes a reference to a local [`Reader`].
        fn new(target: impl Reader) -> Self {
            <Self as crate::rpc::__private::Capability>::from_stub(
                crate::rpc::__private::serve(__ReaderDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Calls `read`.
        fn read(
            &self,
            key: impl crate::rpc::__private::IntoArg<Option<String>>,
            n: impl crate::rpc::__private::IntoArg<::core::option::Option<u8>>,
        ) -> crate::rpc::__private::Promise<String> {
            crate::rpc::__private::call::<
                String,
                crate::rpc::__private::Error,
            >(
                &self.__stub,
                "read",
                crate::rpc::__private::ArgList::new()
                    .with_optional::<String>("key", key)
                    .with_optional::<u8>("n", n),
            )
        }
        /// Reads `id`.
        fn id(&self) -> crate::rpc::__private::Promise<String> {
            crate::rpc::__private::get::<
                String,
                crate::rpc::__private::Error,
            >(&self.__stub, "id")
        }
        /// Returns a reference to the same object with less authority.
        fn attenuate<__Facet>(&self) -> __Facet
        where
            __Facet: crate::rpc::__private::FacetOf<Self>,
        {
            <__Facet as crate::rpc::__private::FacetOf<Self>>::of(self)
        }
        /// Returns a reference to the same object through which passes what the policy admits.
        #[must_use = "only the reference that this returns is guarded"]
        fn guarded(&self, policy: impl crate::rpc::__private::Policy) -> Self {
            crate::rpc::__private::guarded(self, policy)
        }
        /// Returns a reference to the same object, and what takes it back.
        #[must_use = "only the reference that this returns can be revoked"]
        fn revocable(&self) -> (Self, crate::rpc::__private::Revoker) {
            let (stub, revoker) = crate::rpc::__private::revocable(&self.__stub);
            (<Self as crate::rpc::__private::Capability>::from_stub(stub), revoker)
        }
        /// Returns a reference to the same object, and what takes it back, with all that is ever
        /// reached through it, both ways.
        #[must_use = "only the reference that this returns is behind the membrane"]
        fn membrane(&self) -> (Self, crate::rpc::__private::Revoker) {
            crate::rpc::__private::membrane(self)
        }
        /// Returns what `membrane` does; the policy is asked about everything that crosses.
        #[must_use = "only the reference that this returns is behind the membrane"]
        fn membrane_with(
            &self,
            policy: impl crate::rpc::__private::Policy,
        ) -> (Self, crate::rpc::__private::Revoker) {
            crate::rpc::__private::membrane_with(self, policy)
        }
    }
    #[automatically_derived]
    impl crate::rpc::__private::Capability for ReaderStub {
        const INTERFACE: &'static str = "Reader";
        const MEMBERS: &'static [&'static str] = &["read", "id"];
        fn from_stub(stub: crate::rpc::__private::Stub) -> Self {
            Self { __stub: stub }
        }
        fn as_stub(&self) -> &crate::rpc::__private::Stub {
            &self.__stub
        }
        fn into_stub(self) -> crate::rpc::__private::Stub {
            self.__stub
        }
    }
    #[automatically_derived]
    impl crate::rpc::__private::Pipeline for ReaderStub {
        type Pipelined = Self;
        fn pipelined(stub: crate::rpc::__private::Stub) -> Self {
            <Self as crate::rpc::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl crate::rpc::__private::MapResult for ReaderStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for ReaderStub {
        fn clone(&self) -> Self {
            <Self as crate::rpc::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for ReaderStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "ReaderStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl crate::rpc::__private::serde::Serialize for ReaderStub {
        fn serialize<__S: crate::rpc::__private::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<
            <__S as crate::rpc::__private::serde::Serializer>::Ok,
            <__S as crate::rpc::__private::serde::Serializer>::Error,
        > {
            crate::rpc::__private::serialize_stub(&self.__stub, serializer)
        }
    }
    #[automatically_derived]
    impl<'__de> crate::rpc::__private::serde::Deserialize<'__de> for ReaderStub {
        fn deserialize<__D: crate::rpc::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as crate::rpc::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = crate::rpc::__private::deserialize_stub("Reader", deserializer)?;
            ::core::result::Result::Ok(
                <Self as crate::rpc::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __ReaderInterface: crate::rpc::__private::Interface = crate::rpc::__private::Interface {
        name: "Reader",
        members: &[
            crate::rpc::__private::Member {
                name: "read",
                kind: crate::rpc::__private::MemberKind::Method,
                cancel: crate::rpc::__private::Cancel::Cooperative,
            },
            crate::rpc::__private::Member {
                name: "id",
                kind: crate::rpc::__private::MemberKind::Property,
                cancel: crate::rpc::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __ReaderDispatcher<__Target: Reader> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: Reader> crate::rpc::__private::Dispatch
    for __ReaderDispatcher<__Target> {
        fn interface(&self) -> &'static crate::rpc::__private::Interface {
            &__ReaderInterface
        }
        fn dispatch(
            &self,
            member: usize,
            call: crate::rpc::__private::Call,
            mut args: crate::rpc::__private::Args,
        ) -> crate::rpc::__private::Reply {
            let target = ::std::sync::Arc::clone(&self.target);
            match member {
                0 => {
                    crate::rpc::__private::reply(async move {
                        crate::rpc::__private::answer::<
                            String,
                            crate::rpc::__private::Error,
                        >(
                            <__Target as Reader>::read(
                                    &target,
                                    args.take::<Option<String>>("key")?,
                                    args.take_or::<u8>("n", || 1)?,
                                )
                                .await,
                        )
                    })
                }
                1 => {
                    crate::rpc::__private::reply(async move {
                        crate::rpc::__private::answer_plain::<
                            String,
                        >(<__Target as Reader>::id(&target))
                    })
                }
                _ => crate::rpc::__private::no_such_member(),
            }
        }
    }
    #[automatically_derived]
    impl crate::rpc::__private::Attenuate<ReaderStub> for StoreStub {
        fn facet() -> &'static crate::rpc::__private::Facet {
            const {
                &crate::rpc::__private::Facet {
                    interface: &__ReaderInterface,
                    grants: &[
                        crate::rpc::__private::Results::Data,
                        crate::rpc::__private::Results::Data,
                    ],
                }
            }
        }
    }
};
