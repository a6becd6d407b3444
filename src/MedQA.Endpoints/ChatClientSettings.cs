using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints;

/// <summary>What a model behind an <c>IChatClient</c> is, since the client does not say.</summary>
public sealed record ChatClientSettings
{
    /// <summary>The model's name in runs and reports.</summary>
    public required string Name { get; init; }

    /// <summary>The host to which the client sends questions.</summary>
    public required string Host { get; init; }

    /// <summary>The model that requests name.</summary>
    public required string Model { get; init; }

    /// <summary>The most tokens that prompt and answer can have together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>What tokens cost; <see langword="null"/> if not known.</summary>
    public TokenPrices? Prices { get; init; }

    /// <summary>How many requests may be under way at the same time.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Whether the client passes seeds on.</summary>
    public bool TakesSeeds { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
