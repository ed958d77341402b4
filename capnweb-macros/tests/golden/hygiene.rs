//! The expansion of `hygiene`; write it anew with UPDATE_GOLDEN=1.

trait Odd: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn all(
        &self,
        args: u8,
        call: u8,
        member: u8,
        stub: u8,
        target: u8,
        self_: u8,
        __rt: u8,
        result: u8,
        name: u8,
    ) -> impl ::core::future::Future<Output = Result<u8>> + ::core::marker::Send;
}
/// A reference to a [`Odd`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
struct OddStub {
    __stub: ::capnweb_runtime::__private::Stub,
}
const _: () = {
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl OddStub {
        /// Makes a reference to a local [`Odd`].
        fn new(target: impl Odd) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__OddDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Calls `all`.
        fn all(
            &self,
            args: impl ::capnweb_runtime::__private::IntoArg<u8>,
            call: impl ::capnweb_runtime::__private::IntoArg<u8>,
            member: impl ::capnweb_runtime::__private::IntoArg<u8>,
            stub: impl ::capnweb_runtime::__private::IntoArg<u8>,
            target: impl ::capnweb_runtime::__private::IntoArg<u8>,
            self_: impl ::capnweb_runtime::__private::IntoArg<u8>,
            __rt: impl ::capnweb_runtime::__private::IntoArg<u8>,
            result: impl ::capnweb_runtime::__private::IntoArg<u8>,
            name: impl ::capnweb_runtime::__private::IntoArg<u8>,
        ) -> ::capnweb_runtime::__private::Promise<u8> {
            ::capnweb_runtime::__private::call::<
                u8,
                ::capnweb_runtime::__private::Error,
            >(
                &self.__stub,
                "all",
                ::capnweb_runtime::__private::ArgList::new()
                    .with::<u8>("args", args)
                    .with::<u8>("call", call)
                    .with::<u8>("member", member)
                    .with::<u8>("stub", stub)
                    .with::<u8>("target", target)
                    .with::<u8>("self_", self_)
                    .with::<u8>("__rt", __rt)
                    .with::<u8>("result", result)
                    .with::<u8>("name", name),
            )
        }
        /// Returns a reference to the same object with less authority.
        fn attenuate<__Facet>(&self) -> __Facet
        where
            __Facet: ::capnweb_runtime::__private::FacetOf<Self>,
        {
            <__Facet as ::capnweb_runtime::__private::FacetOf<Self>>::of(self)
        }
        /// Returns a reference to the same object through which passes what the policy admits.
        #[must_use = "only the reference that this returns is guarded"]
        fn guarded(&self, policy: impl ::capnweb_runtime::__private::Policy) -> Self {
            ::capnweb_runtime::__private::guarded(self, policy)
        }
        /// Returns a reference to the same object, and what takes it back.
        #[must_use = "only the reference that this returns can be revoked"]
        fn revocable(&self) -> (Self, ::capnweb_runtime::__private::Revoker) {
            let (stub, revoker) = ::capnweb_runtime::__private::revocable(&self.__stub);
            (
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
                revoker,
            )
        }
        /// Returns a reference to the same object, and what takes it back, with all that is ever
        /// reached through it, both ways.
        #[must_use = "only the reference that this returns is behind the membrane"]
        fn membrane(&self) -> (Self, ::capnweb_runtime::__private::Revoker) {
            ::capnweb_runtime::__private::membrane(self)
        }
        /// Returns what `membrane` does; the policy is asked about everything that crosses.
        #[must_use = "only the reference that this returns is behind the membrane"]
        fn membrane_with(
            &self,
            policy: impl ::capnweb_runtime::__private::Policy,
        ) -> (Self, ::capnweb_runtime::__private::Revoker) {
            ::capnweb_runtime::__private::membrane_with(self, policy)
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Capability for OddStub {
        const INTERFACE: &'static str = "Odd";
        const MEMBERS: &'static [&'static str] = &["all"];
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
    impl ::capnweb_runtime::__private::Pipeline for OddStub {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::capnweb_runtime::__private::MapResult for OddStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for OddStub {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for OddStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "OddStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::serde::Serialize for OddStub {
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
    impl<'__de> ::capnweb_runtime::__private::serde::Deserialize<'__de> for OddStub {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "Odd",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
    impl Odd for OddStub {
        fn all(
            &self,
            args: u8,
            call: u8,
            member: u8,
            stub: u8,
            target: u8,
            self_: u8,
            __rt: u8,
            result: u8,
            name: u8,
        ) -> impl ::core::future::Future<Output = Result<u8>> + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(
                Self::all(
                    self,
                    args,
                    call,
                    member,
                    stub,
                    target,
                    self_,
                    __rt,
                    result,
                    name,
                ),
            )
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __OddInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "Odd",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "all",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __OddDispatcher<__Target: Odd> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: Odd> ::capnweb_runtime::__private::Dispatch
    for __OddDispatcher<__Target> {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__OddInterface
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
                        ::capnweb_runtime::__private::answer::<
                            u8,
                            ::capnweb_runtime::__private::Error,
                        >(
                            <__Target as Odd>::all(
                                    &target,
                                    args.take::<u8>("args")?,
                                    args.take::<u8>("call")?,
                                    args.take::<u8>("member")?,
                                    args.take::<u8>("stub")?,
                                    args.take::<u8>("target")?,
                                    args.take::<u8>("self_")?,
                                    args.take::<u8>("__rt")?,
                                    args.take::<u8>("result")?,
                                    args.take::<u8>("name")?,
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
