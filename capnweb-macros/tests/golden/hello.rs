//! The expansion of `hello`; write it anew with UPDATE_GOLDEN=1.

/// Greets.
pub trait Greeter: ::core::marker::Send + ::core::marker::Sync + 'static {
    /// Says hello to somebody.
    fn hello(
        &self,
        name: String,
    ) -> impl ::core::future::Future<Output = Result<String>> + ::core::marker::Send;
}
/// A reference to a [`Greeter`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
pub struct GreeterStub {
    __stub: ::capnweb_runtime::__private::Stub,
}
const _: () = {
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl GreeterStub {
        /// Makes a reference to a local [`Greeter`].
        pub fn new(target: impl Greeter) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__GreeterDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Says hello to somebody.
        pub fn hello(
            &self,
            name: impl ::capnweb_runtime::__private::IntoArg<String>,
        ) -> ::capnweb_runtime::__private::Promise<String> {
            ::capnweb_runtime::__private::call::<
                String,
                ::capnweb_runtime::__private::Error,
            >(
                &self.__stub,
                "hello",
                ::capnweb_runtime::__private::ArgList::new().with::<String>("name", name),
            )
        }
        /// Returns a reference to the same object with less authority.
        pub fn attenuate<__Facet>(&self) -> __Facet
        where
            __Facet: ::capnweb_runtime::__private::FacetOf<Self>,
        {
            <__Facet as ::capnweb_runtime::__private::FacetOf<Self>>::of(self)
        }
        /// Returns a reference to the same object through which passes what the policy admits.
        #[must_use = "only the reference that this returns is guarded"]
        pub fn guarded(
            &self,
            policy: impl ::capnweb_runtime::__private::Policy,
        ) -> Self {
            ::capnweb_runtime::__private::guarded(self, policy)
        }
        /// Returns a reference to the same object, and what takes it back.
        #[must_use = "only the reference that this returns can be revoked"]
        pub fn revocable(&self) -> (Self, ::capnweb_runtime::__private::Revoker) {
            let (stub, revoker) = ::capnweb_runtime::__private::revocable(&self.__stub);
            (
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
                revoker,
            )
        }
        /// Returns a reference to the same object, and what takes it back, with all that is ever
        /// reached through it, both ways.
        #[must_use = "only the reference that this returns is behind the membrane"]
        pub fn membrane(&self) -> (Self, ::capnweb_runtime::__private::Revoker) {
            ::capnweb_runtime::__private::membrane(self)
        }
        /// Returns what `membrane` does; the policy is asked about everything that crosses.
        #[must_use = "only the reference that this returns is behind the membrane"]
        pub fn membrane_with(
            &self,
            policy: impl ::capnweb_runtime::__private::Policy,
        ) -> (Self, ::capnweb_runtime::__private::Revoker) {
            ::capnweb_runtime::__private::membrane_with(self, policy)
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Capability for GreeterStub {
        const INTERFACE: &'static str = "Greeter";
        const MEMBERS: &'static [&'static str] = &["hello"];
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
    impl ::capnweb_runtime::__private::Pipeline for GreeterStub {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::capnweb_runtime::__private::MapResult for GreeterStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for GreeterStub {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for GreeterStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "GreeterStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::serde::Serialize for GreeterStub {
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
    impl<'__de> ::capnweb_runtime::__private::serde::Deserialize<'__de> for GreeterStub {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "Greeter",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
    impl Greeter for GreeterStub {
        fn hello(
            &self,
            name: String,
        ) -> impl ::core::future::Future<
            Output = Result<String>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::hello(self, name))
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __GreeterInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "Greeter",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "hello",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __GreeterDispatcher<__Target: Greeter> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: Greeter> ::capnweb_runtime::__private::Dispatch
    for __GreeterDispatcher<__Target> {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__GreeterInterface
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
                            String,
                            ::capnweb_runtime::__private::Error,
                        >(
                            <__Target as Greeter>::hello(
                                    &target,
                                    args.take::<String>("name")?,
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
