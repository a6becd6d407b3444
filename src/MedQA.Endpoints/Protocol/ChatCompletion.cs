using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Protocol;

/// <summary>What a service has answered to a request for chat completions.</summary>
/// <param name="Choices">The usable answers, perhaps fewer than were asked for.</param>
/// <param name="Usage">What the service counted; <see langword="null"/> if it does not say.</param>
/// <param name="Version">The version of the model that the answer names; <see langword="null"/> if it names none.</param>
internal sealed record ChatCompletion(ImmutableArray<ChatChoice> Choices, ChatUsage? Usage, string? Version);

/// <summary>One of the answers.</summary>
internal sealed record ChatChoice
{
    /// <summary>The text, thoughts that stand in it included.</summary>
    public required string Text { get; init; }

    /// <summary>The thoughts, where the service gives them apart.</summary>
    public string? Thought { get; init; }

    /// <summary>Why it ended.</summary>
    public SampleEnd End { get; init; }

    /// <summary>The sum of its tokens' log-probabilities; <see cref="double.NaN"/> if not given.</summary>
    public double LogLikelihood { get; init; } = double.NaN;

    /// <summary>How many tokens that sum has.</summary>
    public int ScoredTokens { get; init; }
}

/// <summary>What a service counted for one request.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Generated tokens of all answers, thoughts included.</param>
/// <param name="ThoughtTokens">Those of them that were thoughts.</param>
internal sealed record ChatUsage(long PromptTokens, long CompletionTokens, long ThoughtTokens);
