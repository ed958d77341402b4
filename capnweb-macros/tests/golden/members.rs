//! The expansion of `members`; write it anew with UPDATE_GOLDEN=1.

#[must_use]
pub(crate) trait Counter: ::core::marker::Send + ::core::marker::Sync + 'static + Send {
    fn id(&self) -> String;
    fn total(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<i64, CounterError>,
    > + ::core::marker::Send;
    fn add(
        &self,
        call: Call,
        amount: i64,
        note: Option<String>,
    ) -> impl ::core::future::Future<
        Output = Result<i64, CounterError>,
    > + ::core::marker::Send;
    #[deprecated]
    fn r#type(&self) -> String;
    fn reset(&self) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
    fn twice(
        &self,
        mut amount: i64,
    ) -> impl ::core::future::Future<Output = Result<i64>> + ::core::marker::Send {
        async move {
            amount *= 2;
            Ok(amount)
        }
    }
}
/// A reference to a [`Counter`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
///
/// It does not implement [`Counter`] itself: a stub waits for the answer and the call can fail, and `id`, `type` and `reset` cannot say so (only `async fn` with a `Result` can).
pub(crate) struct CounterStub {
    __stub: ::capnweb_runtime::__private::Stub,
}
const _: () = {
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl CounterStub {
        /// Makes a reference to a local [`Counter`].
        pub(crate) fn new(target: impl Counter) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__CounterDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Reads `id`.
        pub(crate) fn id(&self) -> ::capnweb_runtime::__private::Promise<String> {
            ::capnweb_runtime::__private::get::<
                String,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "id")
        }
        /// Reads `total`.
        pub(crate) fn total(
            &self,
        ) -> ::capnweb_runtime::__private::Promise<i64, CounterError> {
            ::capnweb_runtime::__private::get::<i64, CounterError>(&self.__stub, "total")
        }
        /// Calls `add`.
        pub(crate) fn add(
            &self,
            amount: impl ::capnweb_runtime::__private::IntoArg<
                ::core::option::Option<i64>,
            >,
            note: impl ::capnweb_runtime::__private::IntoArg<Option<String>>,
        ) -> ::capnweb_runtime::__private::Promise<i64, CounterError> {
            ::capnweb_runtime::__private::call::<
                i64,
                CounterError,
            >(
                &self.__stub,
                "increment",
                ::capnweb_runtime::__private::ArgList::new()
                    .with_optional::<i64>("amount", amount)
                    .with_optional::<String>("note", note),
            )
        }
        #[deprecated]
        /// Calls `type`.
        pub(crate) fn r#type(&self) -> ::capnweb_runtime::__private::Promise<String> {
            ::capnweb_runtime::__private::call::<
                String,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "type", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `reset`.
        pub(crate) fn reset(&self) -> ::capnweb_runtime::__private::Promise<()> {
            ::capnweb_runtime::__private::call::<
                (),
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "reset", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `twice`.
        pub(crate) fn twice(
            &self,
            amount: impl ::capnweb_runtime::__private::IntoArg<i64>,
        ) -> ::capnweb_runtime::__private::Promise<i64> {
            ::capnweb_runtime::__private::call::<
                i64,
                ::capnweb_runtime::__private::Error,
            >(
                &self.__stub,
                "twice",
                ::capnweb_runtime::__private::ArgList::new()
                    .with::<i64>("amount", amount),
            )
        }
        /// Returns a reference to the same object with less authority.
        pub(crate) fn attenuate<__Facet>(&self) -> __Facet
        where
            __Facet: ::capnweb_runtime::__private::FacetOf<Self>,
        {
            <__Facet as ::capnweb_runtime::__private::FacetOf<Self>>::of(self)
        }
        /// Returns a reference to the same object through which passes what the policy admits.
        #[must_use = "only the reference that this returns is guarded"]
        pub(crate) fn guarded(
            &self,
            policy: impl ::capnweb_runtime::__private::Policy,
        ) -> Self {
            ::capnweb_runtime::__private::guarded(self, policy)
        }
        /// Returns a reference to the same object, and what takes it back.
        #[must_use = "only the reference that this returns can be revoked"]
        pub(crate) fn revocable(&self) -> (Self, ::capnweb_runtime::__private::Revoker) {
            let (stub, revoker) = ::capnweb_runtime::__private::revocable(&self.__stub);
            (
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
                revoker,
            )
        }
        /// Returns a reference to the same object, and what takes it back, with all that is ever
        /// reached through it, both ways.
        #[must_use = "only the reference that this returns is behind the membrane"]
        pub(crate) fn membrane(&self) -> (Self, ::capnweb_runtime::__private::Revoker) {
            ::capnweb_runtime::__private::membrane(self)
        }
        /// Returns what `membrane` does; the policy is asked about everything that crosses.
        #[must_use = "only the reference that this returns is behind the membrane"]
        pub(crate) fn membrane_with(
            &self,
            policy: impl ::capnweb_runtime::__private::Policy,
        ) -> (Self, ::capnweb_runtime::__private::Revoker) {
            ::capnweb_runtime::__private::membrane_with(self, policy)
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Capability for CounterStub {
        const INTERFACE: &'static str = "Meter";
        const MEMBERS: &'static [&'static str] = &[
            "id",
            "total",
            "increment",
            "type",
            "reset",
            "twice",
        ];
        fn from_stub(stub: ::capnweb_runtime::__private::Stub) -> Self {
            Self { __stub: stub }
        }
        fn as_stub(&self) -> &::capnweb_runtime::__private::Stub {
            &self.__stub
        }
        fn into_stub(self) -> ::capnweb_runtime::__private::Stub {
            self.__stub
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Pipeline for CounterStub {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::capnweb_runtime::__private::MapResult for CounterStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for CounterStub {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for CounterStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "CounterStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::serde::Serialize for CounterStub {
        fn serialize<__S: ::capnweb_runtime::__private::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<
            <__S as ::capnweb_runtime::__private::serde::Serializer>::Ok,
            <__S as ::capnweb_runtime::__private::serde::Serializer>::Error,
        > {
            ::capnweb_runtime::__private::serialize_stub(&self.__stub, serializer)
        }
    }
    #[automatically_derived]
    impl<'__de> ::capnweb_runtime::__private::serde::Deserialize<'__de> for CounterStub {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "Meter",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __CounterInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "Meter",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "id",
                kind: ::capnweb_runtime::__private::MemberKind::Property,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "total",
                kind: ::capnweb_runtime::__private::MemberKind::Property,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "increment",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Drop,
            },
            ::capnweb_runtime::__private::Member {
                name: "type",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "reset",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "twice",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __CounterDispatcher<__Target: Counter> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: Counter> ::capnweb_runtime::__private::Dispatch
    for __CounterDispatcher<__Target> {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__CounterInterface
        }
        fn dispatch(
            &self,
            member: usize,
            call: ::capnweb_runtime::__private::Call,
            mut args: ::capnweb_runtime::__private::Args,
        ) -> ::capnweb_runtime::__private::Reply {
            let target = ::std::sync::Arc::clone(&self.target);
            match member {
                0 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer_plain::<
                            String,
                        >(<__Target as Counter>::id(&target))
                    })
                }
                1 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            i64,
                            CounterError,
                        >(<__Target as Counter>::total(&target).await)
                    })
                }
                2 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            i64,
                            CounterError,
                        >(
                            <__Target as Counter>::add(
                                    &target,
                                    call,
                                    args.take_or::<i64>("amount", || 1)?,
                                    args.take::<Option<String>>("note")?,
                                )
                                .await,
                        )
                    })
                }
                3 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer_plain::<
                            String,
                        >(<__Target as Counter>::r#type(&target))
                    })
                }
                4 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer_plain::<
                            (),
                        >(<__Target as Counter>::reset(&target).await)
                    })
                }
                5 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            i64,
                            ::capnweb_runtime::__private::Error,
                        >(
                            <__Target as Counter>::twice(
                                    &target,
                                    args.take::<i64>("amount")?,
                                )
                                .await,
                        )
                    })
                }
                _ => ::capnweb_runtime::__private::no_such_member(),
            }
        }
    }
};
