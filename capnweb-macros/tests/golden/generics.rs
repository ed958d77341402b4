//! The expansion of `generics`; write it anew with UPDATE_GOLDEN=1.

pub trait Cell<
    T: Wire = String,
    const N: usize = 1,
>: ::core::marker::Send + ::core::marker::Sync + 'static
where
    T: Clone,
    Self::Item: Clone,
{
    /// What comes with a value.
    type Item: Wire;
    fn load(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<(T, Self::Item)>,
    > + ::core::marker::Send;
    fn store(
        &self,
        value: T,
        items: Vec<Self::Item>,
    ) -> impl ::core::future::Future<Output = Result<()>> + ::core::marker::Send;
    fn nested(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<CellStub<T, N, Self::Item>>,
    > + ::core::marker::Send;
}
/// A reference to a [`Cell`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
pub struct CellStub<T: Wire, const N: usize, Item: Wire>
where
    T: Clone,
    Item: Clone,
{
    __stub: ::capnweb_runtime::__private::Stub,
    __types: ::core::marker::PhantomData<fn() -> (T, Item)>,
}
/// A [`Cell`] with less authority.
///
/// A facet of [`Cell`]: `load` and `nested`.
/// It lacks `store`.
pub trait CellReader<
    T: Wire = String,
    const N: usize = 1,
>: ::core::marker::Send + ::core::marker::Sync + 'static
where
    T: Clone,
    Self::Item: Clone,
{
    /// What comes with a value.
    type Item: Wire;
    fn load(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<(T, Self::Item)>,
    > + ::core::marker::Send;
    fn nested(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<CellReaderStub<T, N, Self::Item>>,
    > + ::core::marker::Send;
}
/// A reference to a [`CellReader`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
pub struct CellReaderStub<T: Wire, const N: usize, Item: Wire>
where
    T: Clone,
    Item: Clone,
{
    __stub: ::capnweb_runtime::__private::Stub,
    __types: ::core::marker::PhantomData<fn() -> (T, Item)>,
}
const _: () = {
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl<T: Wire, const N: usize, Item: Wire> CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        /// Makes a reference to a local [`Cell`].
        pub fn new(target: impl Cell<T, N, Item = Item>) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__CellDispatcher {
                    target: ::std::sync::Arc::new(target),
                    __types: ::core::marker::PhantomData,
                }),
            )
        }
        /// Calls `load`.
        pub fn load(&self) -> ::capnweb_runtime::__private::Promise<(T, Item)> {
            ::capnweb_runtime::__private::call::<
                (T, Item),
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "load", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `store`.
        pub fn store(
            &self,
            value: impl ::capnweb_runtime::__private::IntoArg<T>,
            items: impl ::capnweb_runtime::__private::IntoArg<Vec<Item>>,
        ) -> ::capnweb_runtime::__private::Promise<()> {
            ::capnweb_runtime::__private::call::<
                (),
                ::capnweb_runtime::__private::Error,
            >(
                &self.__stub,
                "store",
                ::capnweb_runtime::__private::ArgList::new()
                    .with::<T>("value", value)
                    .with::<Vec<Item>>("items", items),
            )
        }
        /// Calls `nested`.
        pub fn nested(
            &self,
        ) -> ::capnweb_runtime::__private::Promise<CellStub<T, N, Item>> {
            ::capnweb_runtime::__private::call::<
                CellStub<T, N, Item>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "nested", ::capnweb_runtime::__private::ArgList::new())
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
    impl<T: Wire, const N: usize, Item: Wire> ::capnweb_runtime::__private::Capability
    for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        const INTERFACE: &'static str = "Cell";
        const MEMBERS: &'static [&'static str] = &["load", "store", "nested"];
        fn from_stub(stub: ::capnweb_runtime::__private::Stub) -> Self {
            Self {
                __stub: stub,
                __types: ::core::marker::PhantomData,
            }
        }
        fn as_stub(&self) -> &::capnweb_runtime::__private::Stub {
            &self.__stub
        }
        fn into_stub(self) -> ::capnweb_runtime::__private::Stub {
            self.__stub
        }
    }
    #[automatically_derived]
    impl<T: Wire, const N: usize, Item: Wire> ::capnweb_runtime::__private::Pipeline
    for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl<T: Wire, const N: usize, Item: Wire> ::capnweb_runtime::__private::MapResult
    for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl<T: Wire, const N: usize, Item: Wire> ::core::clone::Clone
    for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl<T: Wire, const N: usize, Item: Wire> ::core::fmt::Debug for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "CellStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl<
        T: Wire,
        const N: usize,
        Item: Wire,
    > ::capnweb_runtime::__private::serde::Serialize for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
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
    impl<
        '__de,
        T: Wire,
        const N: usize,
        Item: Wire,
    > ::capnweb_runtime::__private::serde::Deserialize<'__de> for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "Cell",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
    impl<T: Wire, const N: usize, Item: Wire> Cell<T, N> for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        type Item = Item;
        fn load(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<(T, Self::Item)>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::load(self))
        }
        fn store(
            &self,
            value: T,
            items: Vec<Self::Item>,
        ) -> impl ::core::future::Future<Output = Result<()>> + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::store(self, value, items))
        }
        fn nested(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<CellStub<T, N, Self::Item>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::nested(self))
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __CellInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "Cell",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "load",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "store",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "nested",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __CellDispatcher<
        T: Wire,
        const N: usize,
        Item: Wire,
        __Target: Cell<T, N, Item = Item>,
    >
    where
        T: Clone,
        Item: Clone,
    {
        target: ::std::sync::Arc<__Target>,
        __types: ::core::marker::PhantomData<fn() -> (T, Item)>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<
        T: Wire,
        const N: usize,
        Item: Wire,
        __Target: Cell<T, N, Item = Item>,
    > ::capnweb_runtime::__private::Dispatch for __CellDispatcher<T, N, Item, __Target>
    where
        T: Clone,
        Item: Clone,
    {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__CellInterface
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
                            (T, Item),
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as Cell<T, N>>::load(&target).await)
                    })
                }
                1 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            (),
                            ::capnweb_runtime::__private::Error,
                        >(
                            <__Target as Cell<
                                T,
                                N,
                            >>::store(
                                    &target,
                                    args.take::<T>("value")?,
                                    args.take::<Vec<Item>>("items")?,
                                )
                                .await,
                        )
                    })
                }
                2 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            CellStub<T, N, Item>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as Cell<T, N>>::nested(&target).await)
                    })
                }
                _ => ::capnweb_runtime::__private::no_such_member(),
            }
        }
    }
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl<T: Wire, const N: usize, Item: Wire> CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        /// Makes a reference to a local [`CellReader`].
        pub fn new(target: impl CellReader<T, N, Item = Item>) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__CellReaderDispatcher {
                    target: ::std::sync::Arc::new(target),
                    __types: ::core::marker::PhantomData,
                }),
            )
        }
        /// Calls `load`.
        pub fn load(&self) -> ::capnweb_runtime::__private::Promise<(T, Item)> {
            ::capnweb_runtime::__private::call::<
                (T, Item),
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "load", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `nested`.
        pub fn nested(
            &self,
        ) -> ::capnweb_runtime::__private::Promise<CellReaderStub<T, N, Item>> {
            ::capnweb_runtime::__private::call::<
                CellReaderStub<T, N, Item>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "nested", ::capnweb_runtime::__private::ArgList::new())
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
    impl<T: Wire, const N: usize, Item: Wire> ::capnweb_runtime::__private::Capability
    for CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        const INTERFACE: &'static str = "CellReader";
        const MEMBERS: &'static [&'static str] = &["load", "nested"];
        fn from_stub(stub: ::capnweb_runtime::__private::Stub) -> Self {
            Self {
                __stub: stub,
                __types: ::core::marker::PhantomData,
            }
        }
        fn as_stub(&self) -> &::capnweb_runtime::__private::Stub {
            &self.__stub
        }
        fn into_stub(self) -> ::capnweb_runtime::__private::Stub {
            self.__stub
        }
    }
    #[automatically_derived]
    impl<T: Wire, const N: usize, Item: Wire> ::capnweb_runtime::__private::Pipeline
    for CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl<T: Wire, const N: usize, Item: Wire> ::capnweb_runtime::__private::MapResult
    for CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl<T: Wire, const N: usize, Item: Wire> ::core::clone::Clone
    for CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl<T: Wire, const N: usize, Item: Wire> ::core::fmt::Debug
    for CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "CellReaderStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl<
        T: Wire,
        const N: usize,
        Item: Wire,
    > ::capnweb_runtime::__private::serde::Serialize for CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
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
    impl<
        '__de,
        T: Wire,
        const N: usize,
        Item: Wire,
    > ::capnweb_runtime::__private::serde::Deserialize<'__de>
    for CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "CellReader",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
    impl<T: Wire, const N: usize, Item: Wire> CellReader<T, N>
    for CellReaderStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        type Item = Item;
        fn load(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<(T, Self::Item)>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::load(self))
        }
        fn nested(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<CellReaderStub<T, N, Self::Item>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::nested(self))
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __CellReaderInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "CellReader",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "load",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "nested",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __CellReaderDispatcher<
        T: Wire,
        const N: usize,
        Item: Wire,
        __Target: CellReader<T, N, Item = Item>,
    >
    where
        T: Clone,
        Item: Clone,
    {
        target: ::std::sync::Arc<__Target>,
        __types: ::core::marker::PhantomData<fn() -> (T, Item)>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<
        T: Wire,
        const N: usize,
        Item: Wire,
        __Target: CellReader<T, N, Item = Item>,
    > ::capnweb_runtime::__private::Dispatch
    for __CellReaderDispatcher<T, N, Item, __Target>
    where
        T: Clone,
        Item: Clone,
    {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__CellReaderInterface
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
                            (T, Item),
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as CellReader<T, N>>::load(&target).await)
                    })
                }
                1 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            CellReaderStub<T, N, Item>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as CellReader<T, N>>::nested(&target).await)
                    })
                }
                _ => ::capnweb_runtime::__private::no_such_member(),
            }
        }
    }
    #[automatically_derived]
    impl<
        T: Wire,
        const N: usize,
        Item: Wire,
    > ::capnweb_runtime::__private::Attenuate<CellReaderStub<T, N, Item>>
    for CellStub<T, N, Item>
    where
        T: Clone,
        Item: Clone,
    {
        fn facet() -> &'static ::capnweb_runtime::__private::Facet {
            const {
                &::capnweb_runtime::__private::Facet {
                    interface: &__CellReaderInterface,
                    grants: &[
                        ::capnweb_runtime::__private::Results::Data,
                        ::capnweb_runtime::__private::Results::Narrowed(
                            <CellStub<
                                T,
                                N,
                                Item,
                            > as ::capnweb_runtime::__private::Attenuate<
                                CellReaderStub<T, N, Item>,
                            >>::facet,
                        ),
                    ],
                }
            }
        }
    }
};
