using MedQA.Evaluation;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Studies;

/// <summary>
/// A rater of a study. The rater exists as long as the row: without it, the link is invalid and no click is accepted.
/// </summary>
public sealed record Rater
{
    /// <summary>The key of the row within the rater's partition.</summary>
    internal const string RowKey = "rater";

    private static readonly StoredColumns<Rater> Columns = new()
    {
        {
            "State",
            static rater => rater.State.ToString(),
            static (rater, value) => rater with { State = EnumNames.Stored<RaterState>(value) }
        },
        { "SecretHash", static rater => rater.SecretHash, static (rater, value) => rater with { SecretHash = value } },
        { "Agreed", static rater => rater.Agreed, static (rater, value) => rater with { Agreed = value } },
        { "Ended", static rater => rater.Ended, static (rater, value) => rater with { Ended = value } },
        { "LastClick", static rater => rater.LastClick, static (rater, value) => rater with { LastClick = value } },
        {
            "JudgeModel",
            static rater => rater.Judge?.Model,
            static (rater, value) => value is null ? rater : rater with { Judge = new StudyJudge(value, "", 0, 0, 0) }
        },
        {
            "JudgeFingerprint",
            static rater => rater.Judge?.Fingerprint,
            static (rater, value) => rater.Judge is null ? rater : rater with { Judge = rater.Judge with { Fingerprint = value ?? "" } }
        },
        {
            "JudgeSamples",
            static rater => rater.Judge?.Samples,
            static (rater, value) => rater.Judge is null ? rater : rater with { Judge = rater.Judge with { Samples = value ?? 1 } }
        },
        {
            "JudgeSeed",
            static rater => rater.Judge?.Seed,
            static (rater, value) => rater.Judge is null ? rater : rater with { Judge = rater.Judge with { Seed = value ?? 0 } }
        },
        {
            "JudgePrompt",
            static rater => rater.Judge?.Prompt,
            static (rater, value) => rater.Judge is null ? rater : rater with { Judge = rater.Judge with { Prompt = value ?? 1 } }
        },
    };

    /// <summary>The name within the study: <c>r1</c>, <c>r2</c> …</summary>
    public required string Name { get; init; }

    /// <summary>The rater's state.</summary>
    public RaterState State { get; init; }

    /// <summary>When the rater agreed to take part.</summary>
    public DateTimeOffset? Agreed { get; init; }

    /// <summary>When everything was handed in, or the rater stopped.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>When the last click came.</summary>
    public DateTimeOffset? LastClick { get; init; }

    /// <summary>The model that rates; <see langword="null"/> for a person.</summary>
    public StudyJudge? Judge { get; init; }

    /// <summary>The hash of the link's secret; empty for a judge, which no link opens.</summary>
    internal string SecretHash { get; init; } = "";

    /// <summary>The version that was read.</summary>
    internal StoredVersion ETag { get; init; }

    /// <summary>Whether the rater has ended and can change nothing.</summary>
    public bool HasEnded => State is RaterState.Submitted or RaterState.Stopped or RaterState.Withdrawn;

    /// <summary>Whether the rater may go to another state, or stay in this one.</summary>
    /// <param name="state">Where to.</param>
    public bool CanBecome(RaterState state) => state == State || (State, state) switch
    {
        (RaterState.Invited, RaterState.Rating or RaterState.Stopped or RaterState.Withdrawn) => true,
        (RaterState.Rating, RaterState.Submitted or RaterState.Stopped or RaterState.Withdrawn) => true,
        (RaterState.Stopped, RaterState.Withdrawn) => true,
        _ => false,
    };

    internal StoredRow ToRow(string partition)
    {
        var entity = new StoredRow(partition, RowKey);
        Columns.Write(entity, this);
        return entity;
    }

    internal static Rater From(string name, StoredRow entity) => Columns.Read(entity, new Rater { Name = name, ETag = entity.Version });
}
