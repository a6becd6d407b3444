using System.Collections.Immutable;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Runs;

namespace MedQA.Web.Contracts;

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

    /// <summary>Tokens that would be drawn at the mean per question of the earlier runs.</summary>
    public long? ExpectedGeneratedTokens { get; init; }

    /// <summary>Tokens that a worker drew in a second in the earlier runs.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Seconds that one worker would need at the mean per question of the earlier runs; several share them.</summary>
    public double? ExpectedSeconds { get; init; }

    /// <summary>The earlier finished runs of the same model and profile that the expected figures come from, the newest first.</summary>
    public ImmutableArray<EarlierRun> BasedOn { get; init; } = [];

    /// <summary>What is not known, and why: a sentence each.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];

    /// <summary>What to mind before starting the run: a sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The figures of a profile for so many questions, as far as earlier runs tell them.</summary>
    /// <param name="estimate">The question set's part.</param>
    /// <param name="profile">How the questions would be asked.</param>
    /// <param name="earlier">Finished runs of the same model and profile, the newest first.</param>
    internal static RunEstimate Of(RunEstimate estimate, Profile profile, IReadOnlyList<RunSummary> earlier)
    {
        var totals = earlier.Aggregate(default(RunTotals), static (sum, run) => sum + run.Totals);
        var answered = totals.Done - totals.Failed - totals.Unaskable;
        estimate = estimate with
        {
            SamplesPerQuestion = profile.SamplesPerQuestion - profile.Refinements,
            CallsPerQuestion = Math.Max(1, profile.SamplesPerQuestion),
            MaxGeneratedTokens = estimate.Questions * profile.MostTokensPerQuestion,
        };
        return answered == 0
            ? estimate with
            {
                Unknown = [$"How many tokens and how much time it takes is not known: no run of profile {profile.Name} with model "
                    + $"{estimate.Model} has finished here yet. `medqa estimate` asks a few questions to find out."]
            }
            : estimate with
            {
                ExpectedGeneratedTokens = totals.GeneratedTokens * estimate.Questions / answered,
                TokensPerSecond = totals is { Seconds: > 0, GeneratedTokens: > 0 } ? totals.GeneratedTokens / totals.Seconds : null,
                ExpectedSeconds = totals.Seconds > 0 ? totals.Seconds * estimate.Questions / answered : null,
                BasedOn = [.. earlier.Select(
                    static run => new EarlierRun(
                        run.Run.ToString(),
                        run.Name,
                        run.Totals.Done - run.Totals.Failed - run.Totals.Unaskable,
                        run.Totals.GeneratedTokens,
                        run.Totals.Seconds))],
                Unknown = totals.Seconds > 0 ? [] : ["How much time it takes is not known: the earlier runs did not measure it."],
            };
    }
}

/// <summary>What an earlier run took.</summary>
/// <param name="Run">The run.</param>
/// <param name="Name">Its question set.</param>
/// <param name="Questions">Questions that it answered.</param>
/// <param name="GeneratedTokens">Tokens that it drew.</param>
/// <param name="Seconds">Seconds that workers spent.</param>
public sealed record EarlierRun(string Run, string Name, int Questions, long GeneratedTokens, double Seconds);
