//! What attributes can be: the fields that dialects fill, whatever they call them.

/// What the value under a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// The value of a field.
    Is(Slot),
    /// A parameter of the request, by this name.
    Parameter(&'static str),
    /// A count of tokens.
    Tokens(Bucket),
    /// Whom it is about.
    Subject,
    /// Nothing but a sign of the dialect.
    Sign,
}

/// What the keys that begin so are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Below {
    /// Messages the model read, by place.
    Read,
    /// Messages it wrote, by place.
    Wrote,
    /// Definitions of tools, by place.
    Definitions,
    /// Documents found, by place.
    Documents,
    /// Effective parameters, by name.
    Parameters,
    /// Who chose them, by name.
    ParameterSources,
    /// Segments, by name.
    Segments,
    /// Pivots, by kind.
    Pivots,
    /// Judgements, by place.
    Evaluations,
    /// Nothing but a sign of the dialect.
    Sign,
}

/// A field, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    // What it is, in each dialect's own words.
    Operation,
    LangfuseType,
    OpeninferenceKind,
    VercelOperation,
    TraceloopKind,
    RequestType,
    LaminarType,
    McpMethod,
    Event,
    // Who, and for what.
    AgentName,
    AgentId,
    AgentVersion,
    MainAgent,
    Workflow,
    Entity,
    Function,
    Conversation,
    RunMark,
    Feature,
    Outcome,
    // Where.
    Service,
    Version,
    Environment,
    Region,
    Replica,
    Scope,
    // The model.
    Provider,
    ModelRequested,
    ModelServed,
    Fingerprint,
    ResponseId,
    Endpoint,
    Port,
    TierAsked,
    TierServed,
    Api,
    Settings,
    RequestParameters,
    // The prompt and the messages.
    PromptName,
    PromptVersion,
    PromptHash,
    System,
    Input,
    Output,
    InputValue,
    OutputValue,
    AnswerText,
    AnswerCalls,
    MessageEvents,
    PlainPrompt,
    PlainCompletion,
    Definitions,
    SystemRef,
    InputRef,
    OutputRef,
    DefinitionsRef,
    Toolset,
    // What came of it.
    FinishReasons,
    StopClass,
    FirstChunkSecs,
    FirstChunkMillis,
    FirstChunkAt,
    UsageDetails,
    CostDetails,
    CostTotal,
    CostInput,
    CostOutput,
    CostCurrency,
    CostSource,
    ErrorType,
    Level,
    // The context.
    Compacted,
    ContextPolicy,
    TokensBefore,
    TokensAfter,
    Dropped,
    // Retrieval.
    DataSource,
    IndexBuild,
    IndexBuilt,
    EmbeddingModel,
    TopK,
    Query,
    Documents,
    // Tools.
    ToolName,
    ToolCall,
    ToolType,
    ToolArguments,
    ToolResult,
    Effect,
    IdempotencyKey,
    Touched,
    IntentAction,
    IntentState,
    IntentTarget,
    IntentAuthority,
    IntentAskedFor,
    // Memory.
    MemoryStore,
    MemoryEntry,
    MemoryCount,
    // Evaluation, guardrails, approval, control.
    EvaluationName,
    Score,
    ScoreLabel,
    JudgeConfig,
    JudgeModel,
    JudgeKind,
    GuardrailName,
    Verdict,
    Action,
    GuardrailPolicy,
    GuardrailVersion,
    ApprovalState,
    Approver,
    ApprovalPolicy,
    ParamsHash,
    PolicyVersion,
    Router,
    RouterReason,
    FlagKey,
    FlagVariant,
    // What OTLP keeps beside attributes.
    DroppedAttributes,
    Events,
    TraceState,
    Body,
}

/// How many fields there are.
pub(crate) const SLOTS: usize = Slot::Body as usize + 1;

/// A count of tokens, as clients tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bucket {
    Input,
    Uncached,
    CacheRead,
    CacheWrite,
    CacheWrite5m,
    CacheWrite1h,
    AudioInput,
    AudioCached,
    Output,
    Reasoning,
    AudioOutput,
    Total,
}

/// How many kinds of counts there are.
pub(crate) const BUCKETS: usize = Bucket::Total as usize + 1;

/// Fields that hold what people or models wrote, or what names a person or something of theirs.
pub(crate) const CONTENT: &[Slot] = &[
    Slot::System,
    Slot::Input,
    Slot::Output,
    Slot::InputValue,
    Slot::OutputValue,
    Slot::AnswerText,
    Slot::AnswerCalls,
    Slot::MessageEvents,
    Slot::PlainPrompt,
    Slot::PlainCompletion,
    Slot::Definitions,
    Slot::SystemRef,
    Slot::InputRef,
    Slot::OutputRef,
    Slot::DefinitionsRef,
    Slot::Settings,
    Slot::RequestParameters,
    Slot::Query,
    Slot::Documents,
    Slot::ToolArguments,
    Slot::ToolResult,
    Slot::Conversation,
    Slot::IdempotencyKey,
    Slot::Touched,
    Slot::IntentTarget,
    Slot::IntentAuthority,
    Slot::IntentAskedFor,
    Slot::RouterReason,
    Slot::Events,
    Slot::TraceState,
    Slot::Body,
];
