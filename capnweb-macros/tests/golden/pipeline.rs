//! The expansion of `pipeline`; write it anew with UPDATE_GOLDEN=1.

/// What can be reached in a [`TaskInfo`] before it has arrived.
pub struct TaskInfoPipeline<T: Wire> {
    /// The task itself.
    pub task: ::capnweb_runtime::__private::Promise<TaskStub>,
    /// The field `startedBy`.
    pub(crate) started_by: ::capnweb_runtime::__private::Promise<Option<WorkerStub>>,
    /// The field `in`.
    pub result: ::capnweb_runtime::__private::Promise<T>,
    /// The field `kind`.
    r#type: ::capnweb_runtime::__private::Promise<String>,
}
const _: () = {
    #[automatically_derived]
    impl<T: Wire> ::core::fmt::Debug for TaskInfoPipeline<T> {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Formatter::debug_struct(formatter, "TaskInfoPipeline")
                .finish_non_exhaustive()
        }
    }
    #[automatically_derived]
    #[allow(unused_variables, reason = "there may be no fields")]
    impl<T: Wire> ::capnweb_runtime::__private::Pipeline for TaskInfo<T> {
        type Pipelined = TaskInfoPipeline<T>;
        fn pipelined(stub: ::capnweb_runtime::__private::Stub) -> Self::Pipelined {
            TaskInfoPipeline {
                task: ::capnweb_runtime::__private::Promise::from_stub(
                    stub.property("task"),
                ),
                started_by: ::capnweb_runtime::__private::Promise::from_stub(
                    stub.property("startedBy"),
                ),
                result: ::capnweb_runtime::__private::Promise::from_stub(
                    stub.property("in"),
                ),
                r#type: ::capnweb_runtime::__private::Promise::from_stub(
                    stub.property("kind"),
                ),
            }
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl<T: Wire> ::capnweb_runtime::__private::MapResult for TaskInfo<T> {
        type Arrives = Self;
    }
};
