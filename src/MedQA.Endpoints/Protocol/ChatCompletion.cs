using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Protocol;

/// <summary>What a service has answered to a request for chat completions.</summary>
/// <param name="Choices">The usable answers, perhaps fewer than were asked for.</param>
/// <param name="Usage">What the service counted; <see langword="null"/> if it does not say.</param>
/// <param name="Version">The version of the model that the answer names; <see langword="null"/> if it names none.</param>
internal sealed record ChatCompletion(ImmutableArray<ChatChoice> Choices, ChatUsage? Usage, string? Version)
{
    /// <summary>Returns what an answered request counts for.</summary>
    /// <param name="completion">The answer; <see langword="null"/> if it is no chat completion.</param>
    /// <param name="prices">What tokens cost; <see langword="null"/> if that is not known.</param>
    public static TokenUsage UsageOf(ChatCompletion? completion, TokenPrices? prices)
    {
        var usage = completion?.Usage;
        return new TokenUsage
        {
            Requests = 1,
            UncountedRequests = usage is null ? 1 : 0,
            PromptTokens = usage?.PromptTokens ?? 0,
            CompletionTokens = usage?.CompletionTokens ?? 0,
            ThoughtTokens = usage?.ThoughtTokens ?? 0,
            Cost = usage is null ? null : prices?.CostOf(usage.PromptTokens, usage.CompletionTokens),
            Versions = completion?.Version is { } version ? [version] : [],
        };
    }
}

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
