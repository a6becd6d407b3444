using System.Collections.Immutable;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>What a language model is asked to continue: a chat or a plain text.</summary>
public abstract record Prompt
{
    private protected Prompt() { }
}

/// <summary>A conversation that the model's own chat template renders; the model writes the next assistant turn.</summary>
/// <param name="Messages">System text, worked examples as turns, and the question last.</param>
/// <param name="SharedMessages">
/// How many leading messages are the same for every question of the run. A model may keep their cache; which part it keeps
/// depends on nothing but the prompt, so the bits of a result do not depend on what ran before.
/// </param>
/// <param name="Date">The date that a template sees as today, so that a prompt never depends on the clock.</param>
public sealed record ChatPrompt(ImmutableArray<ChatMessage> Messages, int SharedMessages, DateOnly Date) : Prompt
{
    /// <summary>
    /// Variables for the template, in the form of <see cref="Profiles.TemplateArguments"/>; <see langword="null"/> for none.
    /// </summary>
    public string? TemplateArguments { get; init; }
}

/// <summary>A plain text that the model continues.</summary>
/// <param name="Text">The whole text. Special tokens in it are not recognized: it is all text.</param>
/// <param name="SharedLength">How many leading UTF-16 units of the text are the same for every question of the run.</param>
public sealed record CompletionPrompt(string Text, int SharedLength) : Prompt;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">The text. Special tokens in it stay text.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>Returns a system text.</summary>
    public static ChatMessage System(string content) => new("system", content);

    /// <summary>Returns what the person asks.</summary>
    public static ChatMessage User(string content) => new("user", content);

    /// <summary>Returns what the model answers, in a worked example.</summary>
    public static ChatMessage Assistant(string content) => new("assistant", content);
}
