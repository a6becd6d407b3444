using System.Globalization;

namespace MedQA.Pipeline.Budgeting;

/// <summary>What all runs that begin on one day, by UTC, may take together without being approved. Each limit may be left out.</summary>
public sealed record DayBudget
{
    /// <summary>The default for the tokens that a worker generates per second.</summary>
    internal const double DefaultTokensPerSecond = 150;

    /// <summary>The most tokens of a day that all runs together can generate; <see langword="null"/> for any.</summary>
    public long? MaxGeneratedTokensPerDay { get; init; }

    /// <summary>The most hours of a day that workers spend on all runs together; <see langword="null"/> for any.</summary>
    public double? MaxComputeHoursPerDay { get; init; }

    /// <summary>The most tokens of a day that the runs of one caller can generate; <see langword="null"/> for any.</summary>
    public long? MaxGeneratedTokensPerCallerPerDay { get; init; }

    /// <summary>The most hours of a day that workers spend on the runs of one caller; <see langword="null"/> for any.</summary>
    public double? MaxComputeHoursPerCallerPerDay { get; init; }

    /// <summary>
    /// The tokens that a worker is expected to generate per second, to convert tokens to hours before a run starts; as in the splitter.
    /// </summary>
    public double TokensPerSecond { get; init; } = DefaultTokensPerSecond;

    /// <summary>Whether anything is limited.</summary>
    public bool LimitsAnything =>
        MaxGeneratedTokensPerDay is not null || MaxComputeHoursPerDay is not null
        || MaxGeneratedTokensPerCallerPerDay is not null || MaxComputeHoursPerCallerPerDay is not null;

    /// <summary>Returns the use of a number of tokens.</summary>
    internal BudgetUse UseOf(long tokens) => new(tokens, tokens / TokensPerSecond);

    /// <summary>Why a run does not fit, as what follows "because"; <see langword="null"/> where it does.</summary>
    /// <param name="need">What it takes at most.</param>
    /// <param name="service">What all runs of the day have taken or reserved.</param>
    /// <param name="caller">What the caller's runs of the day have.</param>
    /// <param name="day">The day, for people.</param>
    internal string? WhyNot(BudgetUse need, BudgetUse service, BudgetUse caller, string day)
    {
        var (own, all) = ($"its caller's runs of {day} (UTC)", $"all runs of {day} (UTC)");
        return WhyNotTokens(need.Tokens, caller.Tokens, MaxGeneratedTokensPerCallerPerDay, nameof(MaxGeneratedTokensPerCallerPerDay), own)
            ?? WhyNotHours(need.Seconds, caller.Seconds, MaxComputeHoursPerCallerPerDay, nameof(MaxComputeHoursPerCallerPerDay), own)
            ?? WhyNotTokens(need.Tokens, service.Tokens, MaxGeneratedTokensPerDay, nameof(MaxGeneratedTokensPerDay), all)
            ?? WhyNotHours(need.Seconds, service.Seconds, MaxComputeHoursPerDay, nameof(MaxComputeHoursPerDay), all);
    }

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    internal void Check()
    {
        const string Wanted = "0 or more, or not set";
        Require(MaxGeneratedTokensPerDay is null or >= 0, nameof(MaxGeneratedTokensPerDay), Wanted);
        Require(MaxComputeHoursPerDay is null or (>= 0 and < double.PositiveInfinity), nameof(MaxComputeHoursPerDay), Wanted);
        Require(MaxGeneratedTokensPerCallerPerDay is null or >= 0, nameof(MaxGeneratedTokensPerCallerPerDay), Wanted);
        Require(
            MaxComputeHoursPerCallerPerDay is null or (>= 0 and < double.PositiveInfinity), nameof(MaxComputeHoursPerCallerPerDay), Wanted);
        Require(TokensPerSecond is > 0 and < double.PositiveInfinity, nameof(TokensPerSecond), "more than 0");
    }

    /// <summary>A run that generates no tokens needs none of this, whatever others use.</summary>
    private static string? WhyNotTokens(long need, long used, long? limit, string setting, string whose) =>
        need == 0 || limit is not { } most || need <= most - used
            ? null
            : $"it can generate {need} tokens, and {whose} have taken or reserved {used} of the {most} tokens"
                + $" that Limits__{setting} allows";

    /// <summary>The time of a run that generates no tokens is known only at its end, so it starts as long as anything is left.</summary>
    private static string? WhyNotHours(double need, double used, double? limit, string setting, string whose) =>
        limit is not { } most || (need > 0 ? used + need <= most * 3600 : used < most * 3600)
            ? null
            : $"it can take {Hours(need)} hours, and {whose} have taken or reserved {Hours(used)} of the {Hours(most * 3600)} hours"
                + $" that Limits__{setting} allows";

    private static string Hours(double seconds) => (seconds / 3600).ToString("0.####", CultureInfo.InvariantCulture);

    private static void Require(bool holds, string setting, string wanted)
    {
        if (!holds)
        {
            throw new ArgumentException($"Budget setting {setting} must be {wanted}.", setting);
        }
    }
}
