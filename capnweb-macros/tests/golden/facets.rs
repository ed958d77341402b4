//! The expansion of `facets`; write it anew with UPDATE_GOLDEN=1.

trait Directory: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn list(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<String>>,
    > + ::core::marker::Send;
    fn open(
        &self,
        name: String,
    ) -> impl ::core::future::Future<
        Output = Result<DirectoryStub, OpenError>,
    > + ::core::marker::Send;
    fn notes(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Option<NoteStub>>,
    > + ::core::marker::Send;
    fn find(
        &self,
        text: String,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<DirectoryStub>>,
    > + ::core::marker::Send;
    fn describe(
        &self,
    ) -> impl ::core::future::Future<Output = Result<Entry>> + ::core::marker::Send;
    fn changes(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<ReadableStream<DirectoryStub>>,
    > + ::core::marker::Send;
    fn delete(
        &self,
    ) -> impl ::core::future::Future<Output = Result<()>> + ::core::marker::Send;
}
/// A reference to a [`Directory`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
struct DirectoryStub {
    __stub: ::capnweb_runtime::__private::Stub,
}
/// A [`Directory`] with less authority.
///
/// A facet of [`Directory`]: `list`, `open` and `notes`.
/// It lacks `find`, `describe`, `changes` and `delete`.
trait DirectoryReader: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn list(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<String>>,
    > + ::core::marker::Send;
    fn open(
        &self,
        name: String,
    ) -> impl ::core::future::Future<
        Output = Result<DirectoryReaderStub, OpenError>,
    > + ::core::marker::Send;
    fn notes(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Option<other::NoteReaderStub>>,
    > + ::core::marker::Send;
}
/// A reference to a [`DirectoryReader`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
struct DirectoryReaderStub {
    __stub: ::capnweb_runtime::__private::Stub,
}
/// May look around, whole directories included.
///
/// A facet of [`Directory`]: `list`, `open`, `find`, `describe` and `changes`.
/// It lacks `notes` and `delete`.
trait DirectoryWalker: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn list(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<String>>,
    > + ::core::marker::Send;
    fn open(
        &self,
        name: String,
    ) -> impl ::core::future::Future<
        Output = Result<DirectoryStub, OpenError>,
    > + ::core::marker::Send;
    fn find(
        &self,
        text: String,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<DirectoryReaderStub>>,
    > + ::core::marker::Send;
    fn describe(
        &self,
    ) -> impl ::core::future::Future<Output = Result<Entry>> + ::core::marker::Send;
    fn changes(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<ReadableStream<DirectoryReaderStub>>,
    > + ::core::marker::Send;
}
/// A reference to a [`DirectoryWalker`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
struct DirectoryWalkerStub {
    __stub: ::capnweb_runtime::__private::Stub,
}
/// A [`Directory`] with less authority.
///
/// A facet of [`Directory`]: `list` and `open`.
/// It lacks `notes`, `find`, `describe`, `changes` and `delete`.
trait DirectoryLister: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn list(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<String>>,
    > + ::core::marker::Send;
    fn open(
        &self,
        name: String,
    ) -> impl ::core::future::Future<
        Output = Result<DirectoryListerStub, OpenError>,
    > + ::core::marker::Send;
}
/// A reference to a [`DirectoryLister`], local or remote.
///
/// A clone refers to the same object; dropping the last one releases it.
struct DirectoryListerStub {
    __stub: ::capnweb_runtime::__private::Stub,
}
const _: () = {
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl DirectoryStub {
        /// Makes a reference to a local [`Directory`].
        fn new(target: impl Directory) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__DirectoryDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Calls `list`.
        fn list(&self) -> ::capnweb_runtime::__private::Promise<Vec<String>> {
            ::capnweb_runtime::__private::call::<
                Vec<String>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "list", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `open`.
        fn open(
            &self,
            name: impl ::capnweb_runtime::__private::IntoArg<String>,
        ) -> ::capnweb_runtime::__private::Promise<DirectoryStub, OpenError> {
            ::capnweb_runtime::__private::call::<
                DirectoryStub,
                OpenError,
            >(
                &self.__stub,
                "open",
                ::capnweb_runtime::__private::ArgList::new().with::<String>("name", name),
            )
        }
        /// Calls `notes`.
        fn notes(&self) -> ::capnweb_runtime::__private::Promise<Option<NoteStub>> {
            ::capnweb_runtime::__private::call::<
                Option<NoteStub>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "notes", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `find`.
        fn find(
            &self,
            text: impl ::capnweb_runtime::__private::IntoArg<String>,
        ) -> ::capnweb_runtime::__private::Promise<Vec<DirectoryStub>> {
            ::capnweb_runtime::__private::call::<
                Vec<DirectoryStub>,
                ::capnweb_runtime::__private::Error,
            >(
                &self.__stub,
                "find",
                ::capnweb_runtime::__private::ArgList::new().with::<String>("text", text),
            )
        }
        /// Calls `describe`.
        fn describe(&self) -> ::capnweb_runtime::__private::Promise<Entry> {
            ::capnweb_runtime::__private::call::<
                Entry,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "describe", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `changes`.
        fn changes(
            &self,
        ) -> ::capnweb_runtime::__private::Promise<ReadableStream<DirectoryStub>> {
            ::capnweb_runtime::__private::call::<
                ReadableStream<DirectoryStub>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "changes", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `delete`.
        fn delete(&self) -> ::capnweb_runtime::__private::Promise<()> {
            ::capnweb_runtime::__private::call::<
                (),
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "delete", ::capnweb_runtime::__private::ArgList::new())
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
    impl ::capnweb_runtime::__private::Capability for DirectoryStub {
        const INTERFACE: &'static str = "Directory";
        const MEMBERS: &'static [&'static str] = &[
            "list",
            "open",
            "notes",
            "find",
            "describe",
            "changes",
            "delete",
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
    impl ::capnweb_runtime::__private::Pipeline for DirectoryStub {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::capnweb_runtime::__private::MapResult for DirectoryStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for DirectoryStub {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for DirectoryStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "DirectoryStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::serde::Serialize for DirectoryStub {
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
    impl<'__de> ::capnweb_runtime::__private::serde::Deserialize<'__de>
    for DirectoryStub {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "Directory",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
    impl Directory for DirectoryStub {
        fn list(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<Vec<String>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::list(self))
        }
        fn open(
            &self,
            name: String,
        ) -> impl ::core::future::Future<
            Output = Result<DirectoryStub, OpenError>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::open(self, name))
        }
        fn notes(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<Option<NoteStub>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::notes(self))
        }
        fn find(
            &self,
            text: String,
        ) -> impl ::core::future::Future<
            Output = Result<Vec<DirectoryStub>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::find(self, text))
        }
        fn describe(
            &self,
        ) -> impl ::core::future::Future<Output = Result<Entry>> + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::describe(self))
        }
        fn changes(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<ReadableStream<DirectoryStub>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::changes(self))
        }
        fn delete(
            &self,
        ) -> impl ::core::future::Future<Output = Result<()>> + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::delete(self))
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __DirectoryInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "Directory",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "list",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "open",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "notes",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "find",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "describe",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "changes",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "delete",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __DirectoryDispatcher<__Target: Directory> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: Directory> ::capnweb_runtime::__private::Dispatch
    for __DirectoryDispatcher<__Target> {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__DirectoryInterface
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
                            Vec<String>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as Directory>::list(&target).await)
                    })
                }
                1 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            DirectoryStub,
                            OpenError,
                        >(
                            <__Target as Directory>::open(
                                    &target,
                                    args.take::<String>("name")?,
                                )
                                .await,
                        )
                    })
                }
                2 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            Option<NoteStub>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as Directory>::notes(&target).await)
                    })
                }
                3 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            Vec<DirectoryStub>,
                            ::capnweb_runtime::__private::Error,
                        >(
                            <__Target as Directory>::find(
                                    &target,
                                    args.take::<String>("text")?,
                                )
                                .await,
                        )
                    })
                }
                4 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            Entry,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as Directory>::describe(&target).await)
                    })
                }
                5 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            ReadableStream<DirectoryStub>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as Directory>::changes(&target).await)
                    })
                }
                6 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            (),
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as Directory>::delete(&target).await)
                    })
                }
                _ => ::capnweb_runtime::__private::no_such_member(),
            }
        }
    }
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl DirectoryReaderStub {
        /// Makes a reference to a local [`DirectoryReader`].
        fn new(target: impl DirectoryReader) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__DirectoryReaderDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Calls `list`.
        fn list(&self) -> ::capnweb_runtime::__private::Promise<Vec<String>> {
            ::capnweb_runtime::__private::call::<
                Vec<String>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "list", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `open`.
        fn open(
            &self,
            name: impl ::capnweb_runtime::__private::IntoArg<String>,
        ) -> ::capnweb_runtime::__private::Promise<DirectoryReaderStub, OpenError> {
            ::capnweb_runtime::__private::call::<
                DirectoryReaderStub,
                OpenError,
            >(
                &self.__stub,
                "open",
                ::capnweb_runtime::__private::ArgList::new().with::<String>("name", name),
            )
        }
        /// Calls `notes`.
        fn notes(
            &self,
        ) -> ::capnweb_runtime::__private::Promise<Option<other::NoteReaderStub>> {
            ::capnweb_runtime::__private::call::<
                Option<other::NoteReaderStub>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "notes", ::capnweb_runtime::__private::ArgList::new())
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
    impl ::capnweb_runtime::__private::Capability for DirectoryReaderStub {
        const INTERFACE: &'static str = "DirectoryReader";
        const MEMBERS: &'static [&'static str] = &["list", "open", "notes"];
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
    impl ::capnweb_runtime::__private::Pipeline for DirectoryReaderStub {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::capnweb_runtime::__private::MapResult for DirectoryReaderStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for DirectoryReaderStub {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for DirectoryReaderStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "DirectoryReaderStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::serde::Serialize for DirectoryReaderStub {
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
    impl<'__de> ::capnweb_runtime::__private::serde::Deserialize<'__de>
    for DirectoryReaderStub {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "DirectoryReader",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
    impl DirectoryReader for DirectoryReaderStub {
        fn list(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<Vec<String>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::list(self))
        }
        fn open(
            &self,
            name: String,
        ) -> impl ::core::future::Future<
            Output = Result<DirectoryReaderStub, OpenError>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::open(self, name))
        }
        fn notes(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<Option<other::NoteReaderStub>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::notes(self))
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __DirectoryReaderInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "DirectoryReader",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "list",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "open",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "notes",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __DirectoryReaderDispatcher<__Target: DirectoryReader> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: DirectoryReader> ::capnweb_runtime::__private::Dispatch
    for __DirectoryReaderDispatcher<__Target> {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__DirectoryReaderInterface
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
                            Vec<String>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as DirectoryReader>::list(&target).await)
                    })
                }
                1 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            DirectoryReaderStub,
                            OpenError,
                        >(
                            <__Target as DirectoryReader>::open(
                                    &target,
                                    args.take::<String>("name")?,
                                )
                                .await,
                        )
                    })
                }
                2 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            Option<other::NoteReaderStub>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as DirectoryReader>::notes(&target).await)
                    })
                }
                _ => ::capnweb_runtime::__private::no_such_member(),
            }
        }
    }
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl DirectoryWalkerStub {
        /// Makes a reference to a local [`DirectoryWalker`].
        fn new(target: impl DirectoryWalker) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__DirectoryWalkerDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Calls `list`.
        fn list(&self) -> ::capnweb_runtime::__private::Promise<Vec<String>> {
            ::capnweb_runtime::__private::call::<
                Vec<String>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "list", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `open`.
        fn open(
            &self,
            name: impl ::capnweb_runtime::__private::IntoArg<String>,
        ) -> ::capnweb_runtime::__private::Promise<DirectoryStub, OpenError> {
            ::capnweb_runtime::__private::call::<
                DirectoryStub,
                OpenError,
            >(
                &self.__stub,
                "open",
                ::capnweb_runtime::__private::ArgList::new().with::<String>("name", name),
            )
        }
        /// Calls `find`.
        fn find(
            &self,
            text: impl ::capnweb_runtime::__private::IntoArg<String>,
        ) -> ::capnweb_runtime::__private::Promise<Vec<DirectoryReaderStub>> {
            ::capnweb_runtime::__private::call::<
                Vec<DirectoryReaderStub>,
                ::capnweb_runtime::__private::Error,
            >(
                &self.__stub,
                "find",
                ::capnweb_runtime::__private::ArgList::new().with::<String>("text", text),
            )
        }
        /// Calls `describe`.
        fn describe(&self) -> ::capnweb_runtime::__private::Promise<Entry> {
            ::capnweb_runtime::__private::call::<
                Entry,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "describe", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `changes`.
        fn changes(
            &self,
        ) -> ::capnweb_runtime::__private::Promise<ReadableStream<DirectoryReaderStub>> {
            ::capnweb_runtime::__private::call::<
                ReadableStream<DirectoryReaderStub>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "changes", ::capnweb_runtime::__private::ArgList::new())
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
    impl ::capnweb_runtime::__private::Capability for DirectoryWalkerStub {
        const INTERFACE: &'static str = "DirectoryWalker";
        const MEMBERS: &'static [&'static str] = &[
            "list",
            "open",
            "find",
            "describe",
            "changes",
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
    impl ::capnweb_runtime::__private::Pipeline for DirectoryWalkerStub {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::capnweb_runtime::__private::MapResult for DirectoryWalkerStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for DirectoryWalkerStub {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for DirectoryWalkerStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "DirectoryWalkerStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::serde::Serialize for DirectoryWalkerStub {
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
    impl<'__de> ::capnweb_runtime::__private::serde::Deserialize<'__de>
    for DirectoryWalkerStub {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "DirectoryWalker",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
    impl DirectoryWalker for DirectoryWalkerStub {
        fn list(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<Vec<String>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::list(self))
        }
        fn open(
            &self,
            name: String,
        ) -> impl ::core::future::Future<
            Output = Result<DirectoryStub, OpenError>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::open(self, name))
        }
        fn find(
            &self,
            text: String,
        ) -> impl ::core::future::Future<
            Output = Result<Vec<DirectoryReaderStub>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::find(self, text))
        }
        fn describe(
            &self,
        ) -> impl ::core::future::Future<Output = Result<Entry>> + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::describe(self))
        }
        fn changes(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<ReadableStream<DirectoryReaderStub>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::changes(self))
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __DirectoryWalkerInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "DirectoryWalker",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "list",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "open",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "find",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "describe",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "changes",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __DirectoryWalkerDispatcher<__Target: DirectoryWalker> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: DirectoryWalker> ::capnweb_runtime::__private::Dispatch
    for __DirectoryWalkerDispatcher<__Target> {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__DirectoryWalkerInterface
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
                            Vec<String>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as DirectoryWalker>::list(&target).await)
                    })
                }
                1 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            DirectoryStub,
                            OpenError,
                        >(
                            <__Target as DirectoryWalker>::open(
                                    &target,
                                    args.take::<String>("name")?,
                                )
                                .await,
                        )
                    })
                }
                2 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            Vec<DirectoryReaderStub>,
                            ::capnweb_runtime::__private::Error,
                        >(
                            <__Target as DirectoryWalker>::find(
                                    &target,
                                    args.take::<String>("text")?,
                                )
                                .await,
                        )
                    })
                }
                3 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            Entry,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as DirectoryWalker>::describe(&target).await)
                    })
                }
                4 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            ReadableStream<DirectoryReaderStub>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as DirectoryWalker>::changes(&target).await)
                    })
                }
                _ => ::capnweb_runtime::__private::no_such_member(),
            }
        }
    }
    #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
    impl DirectoryListerStub {
        /// Makes a reference to a local [`DirectoryLister`].
        fn new(target: impl DirectoryLister) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::capnweb_runtime::__private::serve(__DirectoryListerDispatcher {
                    target: ::std::sync::Arc::new(target),
                }),
            )
        }
        /// Calls `list`.
        fn list(&self) -> ::capnweb_runtime::__private::Promise<Vec<String>> {
            ::capnweb_runtime::__private::call::<
                Vec<String>,
                ::capnweb_runtime::__private::Error,
            >(&self.__stub, "list", ::capnweb_runtime::__private::ArgList::new())
        }
        /// Calls `open`.
        fn open(
            &self,
            name: impl ::capnweb_runtime::__private::IntoArg<String>,
        ) -> ::capnweb_runtime::__private::Promise<DirectoryListerStub, OpenError> {
            ::capnweb_runtime::__private::call::<
                DirectoryListerStub,
                OpenError,
            >(
                &self.__stub,
                "open",
                ::capnweb_runtime::__private::ArgList::new().with::<String>("name", name),
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
    impl ::capnweb_runtime::__private::Capability for DirectoryListerStub {
        const INTERFACE: &'static str = "DirectoryLister";
        const MEMBERS: &'static [&'static str] = &["list", "open"];
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
    impl ::capnweb_runtime::__private::Pipeline for DirectoryListerStub {
        type Pipelined = Self;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::capnweb_runtime::__private::MapResult for DirectoryListerStub {
        type Arrives = Self;
    }
    #[automatically_derived]
    impl ::core::clone::Clone for DirectoryListerStub {
        fn clone(&self) -> Self {
            <Self as ::capnweb_runtime::__private::Capability>::from_stub(
                ::core::clone::Clone::clone(&self.__stub),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for DirectoryListerStub {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_tuple(formatter, "DirectoryListerStub")
                .field(&self.__stub)
                .finish()
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::serde::Serialize for DirectoryListerStub {
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
    impl<'__de> ::capnweb_runtime::__private::serde::Deserialize<'__de>
    for DirectoryListerStub {
        fn deserialize<__D: ::capnweb_runtime::__private::serde::Deserializer<'__de>>(
            deserializer: __D,
        ) -> ::core::result::Result<
            Self,
            <__D as ::capnweb_runtime::__private::serde::Deserializer<'__de>>::Error,
        > {
            let stub = ::capnweb_runtime::__private::deserialize_stub(
                "DirectoryLister",
                deserializer,
            )?;
            ::core::result::Result::Ok(
                <Self as ::capnweb_runtime::__private::Capability>::from_stub(stub),
            )
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
    impl DirectoryLister for DirectoryListerStub {
        fn list(
            &self,
        ) -> impl ::core::future::Future<
            Output = Result<Vec<String>>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::list(self))
        }
        fn open(
            &self,
            name: String,
        ) -> impl ::core::future::Future<
            Output = Result<DirectoryListerStub, OpenError>,
        > + ::core::marker::Send {
            ::core::future::IntoFuture::into_future(Self::open(self, name))
        }
    }
    #[allow(non_upper_case_globals, reason = "named after the trait")]
    static __DirectoryListerInterface: ::capnweb_runtime::__private::Interface = ::capnweb_runtime::__private::Interface {
        name: "DirectoryLister",
        members: &[
            ::capnweb_runtime::__private::Member {
                name: "list",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
            ::capnweb_runtime::__private::Member {
                name: "open",
                kind: ::capnweb_runtime::__private::MemberKind::Method,
                cancel: ::capnweb_runtime::__private::Cancel::Cooperative,
            },
        ],
    };
    struct __DirectoryListerDispatcher<__Target: DirectoryLister> {
        target: ::std::sync::Arc<__Target>,
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_mut,
        unused_variables,
        reason = "not every method uses all"
    )]
    impl<__Target: DirectoryLister> ::capnweb_runtime::__private::Dispatch
    for __DirectoryListerDispatcher<__Target> {
        fn interface(&self) -> &'static ::capnweb_runtime::__private::Interface {
            &__DirectoryListerInterface
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
                            Vec<String>,
                            ::capnweb_runtime::__private::Error,
                        >(<__Target as DirectoryLister>::list(&target).await)
                    })
                }
                1 => {
                    ::capnweb_runtime::__private::reply(async move {
                        ::capnweb_runtime::__private::answer::<
                            DirectoryListerStub,
                            OpenError,
                        >(
                            <__Target as DirectoryLister>::open(
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
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Attenuate<DirectoryReaderStub> for DirectoryStub {
        fn facet() -> &'static ::capnweb_runtime::__private::Facet {
            const {
                &::capnweb_runtime::__private::Facet {
                    interface: &__DirectoryReaderInterface,
                    grants: &[
                        ::capnweb_runtime::__private::Results::Data,
                        ::capnweb_runtime::__private::Results::Narrowed(
                            <DirectoryStub as ::capnweb_runtime::__private::Attenuate<
                                DirectoryReaderStub,
                            >>::facet,
                        ),
                        ::capnweb_runtime::__private::Results::Narrowed(
                            <NoteStub as ::capnweb_runtime::__private::Attenuate<
                                other::NoteReaderStub,
                            >>::facet,
                        ),
                    ],
                }
            }
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Attenuate<DirectoryWalkerStub> for DirectoryStub {
        fn facet() -> &'static ::capnweb_runtime::__private::Facet {
            const {
                &::capnweb_runtime::__private::Facet {
                    interface: &__DirectoryWalkerInterface,
                    grants: &[
                        ::capnweb_runtime::__private::Results::Data,
                        ::capnweb_runtime::__private::Results::Whole,
                        ::capnweb_runtime::__private::Results::Narrowed(
                            <DirectoryStub as ::capnweb_runtime::__private::Attenuate<
                                DirectoryReaderStub,
                            >>::facet,
                        ),
                        ::capnweb_runtime::__private::Results::Whole,
                        ::capnweb_runtime::__private::Results::Narrowed(
                            <DirectoryStub as ::capnweb_runtime::__private::Attenuate<
                                DirectoryReaderStub,
                            >>::facet,
                        ),
                    ],
                }
            }
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Attenuate<DirectoryListerStub> for DirectoryStub {
        fn facet() -> &'static ::capnweb_runtime::__private::Facet {
            const {
                &::capnweb_runtime::__private::Facet {
                    interface: &__DirectoryListerInterface,
                    grants: &[
                        ::capnweb_runtime::__private::Results::Data,
                        ::capnweb_runtime::__private::Results::Narrowed(
                            <DirectoryStub as ::capnweb_runtime::__private::Attenuate<
                                DirectoryListerStub,
                            >>::facet,
                        ),
                    ],
                }
            }
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Attenuate<DirectoryListerStub>
    for DirectoryReaderStub {
        fn facet() -> &'static ::capnweb_runtime::__private::Facet {
            const {
                &::capnweb_runtime::__private::Facet {
                    interface: &__DirectoryListerInterface,
                    grants: &[
                        ::capnweb_runtime::__private::Results::Data,
                        ::capnweb_runtime::__private::Results::Narrowed(
                            <DirectoryReaderStub as ::capnweb_runtime::__private::Attenuate<
                                DirectoryListerStub,
                            >>::facet,
                        ),
                    ],
                }
            }
        }
    }
    #[automatically_derived]
    impl ::capnweb_runtime::__private::Attenuate<DirectoryListerStub>
    for DirectoryWalkerStub {
        fn facet() -> &'static ::capnweb_runtime::__private::Facet {
            const {
                &::capnweb_runtime::__private::Facet {
                    interface: &__DirectoryListerInterface,
                    grants: &[
                        ::capnweb_runtime::__private::Results::Data,
                        ::capnweb_runtime::__private::Results::Narrowed(
                            <DirectoryStub as ::capnweb_runtime::__private::Attenuate<
                                DirectoryListerStub,
                            >>::facet,
                        ),
                    ],
                }
            }
        }
    }
};
