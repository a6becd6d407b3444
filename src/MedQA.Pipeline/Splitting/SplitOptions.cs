using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Budgeting;

namespace MedQA.Pipeline.Splitting;

/// <summary>How question sets are split into batches.</summary>
public sealed record SplitOptions
{
    /// <summary>The most questions of a batch, whatever the work.</summary>
    public const int MaxBatchSize = 1000;

    /// <summary>The profile of uploads that name none.</summary>
    public string DefaultProfile { get; init; } = BuiltInProfiles.Default.Name;

    /// <summary>
    /// The data set of questions that name none. The same for every upload: the name is part of what draws a question's random numbers, so
    /// that one question set has one result under every file name.
    /// </summary>
    public string DefaultDataset { get; init; } = "questions";

    /// <summary>The work that a batch aims at.</summary>
    public TimeSpan BatchWork { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Tokens that a worker is expected to generate per second over all samples; decides with <see cref="BatchWork"/> how many questions a
    /// batch has.
    /// </summary>
    public double TokensPerSecond { get; init; } = DayBudget.DefaultTokensPerSecond;

    /// <summary>Questions of a batch; <see langword="null"/> for as many as <see cref="BatchWork"/> asks for, 16 to 256.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The largest upload in bytes.</summary>
    public long MaxBytes { get; init; } = 512L << 20;

    /// <summary>The most rows of an upload.</summary>
    public int MaxRows { get; init; } = 1_000_000;

    /// <summary>
    /// How long a process that is splitting an upload is believed to be at it after its last word, which it gives every 10 s: another then
    /// takes over. Too short, and two make the same run,
    /// which costs only their time.
    /// </summary>
    public TimeSpan ClaimFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    internal void Check()
    {
        Require(!string.IsNullOrWhiteSpace(DefaultProfile), nameof(DefaultProfile), "the name of a profile");
        Require(!string.IsNullOrWhiteSpace(DefaultDataset), nameof(DefaultDataset), "a name");
        Require(BatchWork > TimeSpan.Zero, nameof(BatchWork), "more than 0");
        Require(TokensPerSecond > 0, nameof(TokensPerSecond), "more than 0");
        Require(BatchSize is null or (>= 1 and <= MaxBatchSize), nameof(BatchSize), $"1 to {MaxBatchSize}, or not set");
        Require(ClaimFor > TimeSpan.Zero, nameof(ClaimFor), "more than 0");
        Require(MaxBytes > 0, nameof(MaxBytes), "more than 0");
        Require(MaxRows > 0, nameof(MaxRows), "more than 0");
    }

    /// <summary>
    /// Questions of a batch under a profile. Reasonings mostly end before their limit: half of it is what a sample is expected to have.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <param name="model">What answers. Of a service, whose speed is not known here, many questions are asked at once: a small batch would
    /// leave it idle at each end.</param>
    internal int BatchSizeFor(Profile profile, ModelDescription model)
    {
        if (model.Endpoint is not null)
        {
            return BatchSize ?? 256;
        }

        var seconds = (profile.Samples + profile.Refinements) * profile.MaxTokens * 0.5 / TokensPerSecond;
        return BatchSize ?? (int)Math.Clamp(BatchWork.TotalSeconds / seconds, 16, 256);
    }

    private static void Require(bool holds, string setting, string wanted)
    {
        if (!holds)
        {
            throw new ArgumentException($"Split setting {setting} must be {wanted}.", setting);
        }
    }
}
