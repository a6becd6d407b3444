using System.Collections.Immutable;

namespace MedQA.Evaluation.Profiles;

/// <summary>How a run asks its questions: strategy, prompt, sampling and voting. Written as JSON; unknown fields are errors.</summary>
public sealed record Profile
{
    /// <summary>The name by which people choose it: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>The strategy: <c>few-shot</c>, <c>chain-of-thought</c>, <c>self-consistency</c> and so on; DESIGN section 3.</summary>
    public required string Strategy { get; init; }

    /// <summary>Whether the model is asked through its chat template or continues a text.</summary>
    public PromptFormat Format { get; init; } = PromptFormat.Chat;

    /// <summary>The system text of a chat, or <see langword="null"/> for the template's own.</summary>
    public string? System { get; init; }

    /// <summary>What the model is told to do, in front of the question.</summary>
    public string Instruction { get; init; } = "";

    /// <summary>How a question is written, with the placeholders <c>{instruction}</c>, <c>{context}</c>, <c>{question}</c> and <c>{options}</c>; <see langword="null"/> for the format's own.</summary>
    public string? Template { get; init; }

    /// <summary>Whether worked examples are turns of the chat or text in front of the question.</summary>
    public ExemplarPlacement ExamplesAs { get; init; } = ExemplarPlacement.Turns;

    /// <summary>The name of the set of worked examples, <c>auto</c> for the one that fits the data set, or <see langword="null"/> for none.</summary>
    public string? ExemplarSet { get; init; }

    /// <summary>The most worked examples to use; fewer where the context is too short for the run's questions.</summary>
    public int Exemplars { get; init; }

    /// <summary>Samples per question, 1 to 1,000.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Sampling temperature; 0 takes the most likely token each time.</summary>
    public double Temperature { get; init; }

    /// <summary>Nucleus: 0 exclusive to 1; 1 for all tokens.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The most likely tokens to sample from; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>The most tokens of a reasoning.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Texts that end a reasoning.</summary>
    public ImmutableArray<string> Stop { get; init; } = [];

    /// <summary>The text that makes a model name its answer when its reasoning does not; <see langword="null"/> for the answer space's own.</summary>
    public string? AnswerCue { get; init; }

    /// <summary>What happens with a reasoning that names no answer.</summary>
    public UnparsedHandling OnUnparsed { get; init; } = UnparsedHandling.Force;

    /// <summary>The seed of every random stream.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The date that chat templates see as today.</summary>
    public DateOnly TemplateDate { get; init; } = new(2026, 1, 1);

    /// <summary>The longest that one question may take, in seconds; then it is failed and the run goes on.</summary>
    public int MaxSeconds { get; init; } = 3600;
}

/// <summary>How the model is asked.</summary>
public enum PromptFormat
{
    /// <summary>Through the model's chat template.</summary>
    Chat,

    /// <summary>As a text to continue.</summary>
    Completion,
}

/// <summary>Where worked examples stand in a chat.</summary>
public enum ExemplarPlacement
{
    /// <summary>Each is a user turn and an assistant turn.</summary>
    Turns,

    /// <summary>All stand as text in front of the question.</summary>
    Text,
}

/// <summary>What happens with a reasoning in which no answer is found.</summary>
public enum UnparsedHandling
{
    /// <summary>The answer cue is appended and the most likely answer counts as a forced vote.</summary>
    Force,

    /// <summary>It gives no vote.</summary>
    Abstain,
}
