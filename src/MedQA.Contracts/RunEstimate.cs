using System.Collections.Immutable;

namespace MedQA.Contracts;

/// <summary>
/// What a run would take, from its question set, its profile and what earlier runs took. What nothing is known of is left out, and
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

    /// <summary>Those of them that say which option is right.</summary>
    public required int Graded { get; init; }

    /// <summary>Rows that cannot be used.</summary>
    public required int RejectedRows { get; init; }

    /// <summary>The first of those, at most 100, each with its line and what is wrong with it.</summary>
    public ImmutableArray<UnusableRow> FirstRejected { get; init; } = [];

    /// <summary>Reasonings that vote on a question, at most; 0 where options are only scored.</summary>
    public required int SamplesPerQuestion { get; init; }

    /// <summary>
    /// Answers that the model is asked for per question, at most: samples, and refinements behind them; 1 where options are only scored.
    /// </summary>
    public required int CallsPerQuestion { get; init; }

    /// <summary>Tokens that would be drawn if every sample went to its limit.</summary>
    public required long MaxGeneratedTokens { get; init; }

    /// <summary>
    /// Questions that were asked for the expected figures; missing where earlier runs tell them, as in every answer of a service.
    /// </summary>
    public int? Measured { get; init; }

    /// <summary>Tokens of all prompts, each once, at the mean of the measured questions; missing without these.</summary>
    public long? ExpectedPromptTokens { get; init; }

    /// <summary>Tokens that would be drawn at the mean per question of the earlier runs, or of the measured questions.</summary>
    public long? ExpectedGeneratedTokens { get; init; }

    /// <summary>Tokens that a worker drew in a second in the earlier runs, or for the measured questions.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>
    /// Seconds that one worker would need at the mean per question of the earlier runs, or of the measured questions; several share them.
    /// </summary>
    public double? ExpectedSeconds { get; init; }

    /// <summary>That time at the price of an hour that whoever asked has named; a service knows of none.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The earlier finished runs of the same model and profile that the expected figures come from, the newest first.</summary>
    public ImmutableArray<EarlierRun> BasedOn { get; init; } = [];

    /// <summary>What is not known, and why: a sentence each.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];

    /// <summary>What to mind before starting the run: a sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>What an earlier run took.</summary>
/// <param name="Run">The run.</param>
/// <param name="Name">Its question set.</param>
/// <param name="Questions">Questions that it answered.</param>
/// <param name="GeneratedTokens">Tokens that it drew.</param>
/// <param name="Seconds">Seconds that workers spent.</param>
public sealed record EarlierRun(string Run, string Name, int Questions, long GeneratedTokens, double Seconds);

/// <summary>A row of a question set that cannot be used.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Id">Its id, or <see langword="null"/> where it has none.</param>
/// <param name="Reason">Why not.</param>
public sealed record UnusableRow(int Line, string? Id, string Reason);
