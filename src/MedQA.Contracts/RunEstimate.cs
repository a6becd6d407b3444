using System.Collections.Immutable;

namespace MedQA.Contracts;

/// <summary>
/// What a run would take, estimated from its question set, its profile and earlier runs. Unknown figures are left out, and
/// <see cref="Unknown"/> says why.
/// </summary>
public sealed record RunEstimate
{
    /// <summary>The question set's name.</summary>
    public required string Name { get; init; }

    /// <summary>The profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Questions that would be asked.</summary>
    public required int Questions { get; init; }

    /// <summary>Questions with a known right option.</summary>
    public required int Graded { get; init; }

    /// <summary>Questions without options, which only some profiles can ask.</summary>
    public int FreeAnswers { get; init; }

    /// <summary>Rows that cannot be used.</summary>
    public required int RejectedRows { get; init; }

    /// <summary>The first 100 of these, each with its line and reason.</summary>
    public ImmutableArray<UnusableRow> FirstRejected { get; init; } = [];

    /// <summary>The maximum number of votes per question; 0 if options are only scored.</summary>
    public required int SamplesPerQuestion { get; init; }

    /// <summary>
    /// The maximum number of model calls per question: samples and their refinements; 1 if options are only scored.
    /// </summary>
    public required int CallsPerQuestion { get; init; }

    /// <summary>Tokens that would be generated if every sample reached its limit.</summary>
    public required long MaxGeneratedTokens { get; init; }

    /// <summary>
    /// Questions that were asked to measure the expected figures; missing if these come from earlier runs, as always from a service.
    /// </summary>
    public int? Measured { get; init; }

    /// <summary>Tokens of all prompts, each counted once, at the mean of the measured questions; missing without these.</summary>
    public long? ExpectedPromptTokens { get; init; }

    /// <summary>Tokens that would be generated at the mean per question of the earlier runs, or of the measured questions.</summary>
    public long? ExpectedGeneratedTokens { get; init; }

    /// <summary>Tokens per second and worker in the earlier runs, or for the measured questions.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>
    /// Seconds for one worker at the mean per question of the earlier runs, or of the measured questions; several workers share them.
    /// </summary>
    public double? ExpectedSeconds { get; init; }

    /// <summary>The cost of that time at the hourly price that the caller named; always missing from a service.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The host that the questions would be sent to; missing for a model of the workers.</summary>
    public string? Host { get; init; }

    /// <summary>The currency of <see cref="ExpectedCost"/> and <see cref="MaxCost"/>; missing without prices.</summary>
    public string? Currency { get; init; }

    /// <summary>What the model's service would charge at the mean per question of the earlier runs, or of the measured questions.</summary>
    public decimal? ExpectedCost { get; init; }

    /// <summary>
    /// What the model's service would charge if every sample reached its limit and no request were repeated, with the prompts' tokens
    /// estimated.
    /// </summary>
    public decimal? MaxCost { get; init; }

    /// <summary>The finished runs of the same model and profile that the expected figures come from, newest first.</summary>
    public ImmutableArray<EarlierRun> BasedOn { get; init; } = [];

    /// <summary>What is unknown and why, one sentence each.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];

    /// <summary>What to consider before starting the run, one sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// The columns that are no part of a question and are kept beside it as metadata; missing if there are none.
    /// </summary>
    public ImmutableArray<string>? Metadata { get; init; }

    /// <summary>What a run with each of the listed profiles would take; empty unless it was asked for.</summary>
    public ImmutableArray<ProfileEstimate> Alternatives { get; init; } = [];
}

/// <summary>What a run of a question set with a profile would take. Unknown figures are left out.</summary>
public sealed record ProfileEstimate
{
    /// <summary>The profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>Why the run would be rejected; missing if it would not.</summary>
    public string? Rejection { get; init; }

    /// <summary>The maximum number of model calls per question.</summary>
    public required int CallsPerQuestion { get; init; }

    /// <summary>Tokens that would be generated if every sample reached its limit.</summary>
    public required long MaxGeneratedTokens { get; init; }

    /// <summary>Tokens that would be generated at the mean per question of the earlier runs.</summary>
    public long? ExpectedGeneratedTokens { get; init; }

    /// <summary>Seconds for one worker at the mean per question of the earlier runs; several workers share them.</summary>
    public double? ExpectedSeconds { get; init; }

    /// <summary>What the model's service would charge at the mean per question of the earlier runs, in the estimate's currency.</summary>
    public decimal? ExpectedCost { get; init; }

    /// <summary>What the model's service would charge if every sample reached its limit, in the estimate's currency.</summary>
    public decimal? MaxCost { get; init; }
}

/// <summary>The figures of an earlier run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Name">Its question set.</param>
/// <param name="Questions">Questions that it answered.</param>
/// <param name="GeneratedTokens">Tokens that it generated.</param>
/// <param name="Seconds">Seconds that workers spent.</param>
public sealed record EarlierRun(string Run, string Name, int Questions, long GeneratedTokens, double Seconds);

/// <summary>A row of a question set that cannot be used.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Id">Its id, or <see langword="null"/> if it has none.</param>
/// <param name="Reason">Why it cannot be used.</param>
public sealed record UnusableRow(int Line, string? Id, string Reason);
