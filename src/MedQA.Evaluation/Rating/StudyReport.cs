using System.Collections.Immutable;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Rating;

/// <summary>The result of a study.</summary>
public sealed record StudyReport
{
    /// <summary>The study's title, from its authors.</summary>
    public required string Study { get; init; }

    /// <summary>The rubric, unchanged.</summary>
    public required Rubric Rubric { get; init; }

    /// <summary>The sources; of a rubric that compares, each pair of them.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>Questions of the study.</summary>
    public required int Questions { get; init; }

    /// <summary>Answers to rate, or pairs of them.</summary>
    public required int Units { get; init; }

    /// <summary>Its progress.</summary>
    public required StudyCompleteness Completeness { get; init; }

    /// <summary>The ratings, by axis.</summary>
    public required ImmutableArray<AxisReport> Axes { get; init; }

    /// <summary>How many tests of differences Holm's correction is for.</summary>
    public required int FamilySize { get; init; }

    /// <summary>The figures of each rater.</summary>
    public required ImmutableArray<RaterReport> Raters { get; init; }

    /// <summary>Published figures for the same axes; none for other rubrics.</summary>
    public ImmutableArray<PublishedRating> Published { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// How many permutations each test has: at least 10,000, and enough that Holm's correction for all of them can give a p of 0.025.
    /// </summary>
    public required int Permutations { get; init; }

    /// <summary>What a reader must know before using the figures.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>What judges said, beside people; missing where none was asked.</summary>
    public ImmutableArray<JudgeReport>? Judges { get; init; }
}

/// <summary>A study's progress. A rating is one rater's on one answer, on every axis.</summary>
/// <param name="Assigned">Ratings that were asked for, of raters who were not deleted and did not withdraw.</param>
/// <param name="Rated">Ratings that are whole.</param>
/// <param name="Begun">Ratings on some axes; what they say counts.</param>
/// <param name="Skipped">Answers that raters skipped.</param>
/// <param name="UnitsRated">Answers with at least one rating on some axis.</param>
/// <param name="MeanSeconds">Mean time of a whole rating; <see langword="null"/> without one.</param>
/// <param name="MedianSeconds">Median time of a whole rating.</param>
public sealed record StudyCompleteness(
    int Assigned, int Rated, int Begun, int Skipped, int UnitsRated, double? MeanSeconds, double? MedianSeconds);

/// <summary>The ratings on an axis.</summary>
/// <param name="Axis">The axis.</param>
/// <param name="Sources">By source.</param>
/// <param name="Differences">Between sources.</param>
/// <param name="Agreement">How far raters agree; <see langword="null"/> if no answer was rated twice.</param>
public sealed record AxisReport(
    string Axis, ImmutableArray<SourceShares> Sources, ImmutableArray<SourceDifference> Differences, AxisAgreement? Agreement);

/// <summary>The ratings of a source on an axis.</summary>
/// <param name="Source">The source.</param>
/// <param name="Ratings">How many ratings.</param>
/// <param name="Units">How many answers they are on.</param>
/// <param name="Favourable">Share of the choices that speak for the answer: the mean of the answers' own shares, so that an answer counts
/// once however many have rated it.</param>
/// <param name="FavourableInterval">Its 95 % interval.</param>
/// <param name="Shares">Each choice's share.</param>
public sealed record SourceShares(
    string Source, int Ratings, int Units, double? Favourable, Interval? FavourableInterval, ImmutableArray<ChoiceShare> Shares);

/// <summary>How often a choice was made.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Count">How often.</param>
/// <param name="Share">Mean of the answers' own shares.</param>
/// <param name="Interval">Its 95 % interval.</param>
public sealed record ChoiceShare(string Choice, int Count, double? Share, Interval? Interval);

/// <summary>How two sources differ on an axis.</summary>
/// <param name="First">One source.</param>
/// <param name="Second">The other.</param>
/// <param name="Questions">Questions whose answers of both are rated.</param>
/// <param name="Difference">Favourable share of the second less that of the first, mean over these questions; of a rubric that compares,
/// the share that prefers the second less the share that prefers the first.</param>
/// <param name="P">From <see cref="StudyReport.Permutations"/> permutations: within a question the two answers change places.</param>
/// <param name="HolmP">After Holm's correction over all axes and pairs of the report.</param>
public sealed record SourceDifference(string First, string Second, int Questions, double Difference, double P, double HolmP);

/// <summary>How far raters agree on an axis, over answers that were rated more than once.</summary>
/// <param name="Units">Answers that were rated more than once.</param>
/// <param name="Raters">How many raters these answers have, where they all have as many; else <see langword="null"/>: of answers with
/// different numbers each counts once.</param>
/// <param name="RandolphKappa">Randolph's free-marginal kappa.</param>
/// <param name="FleissKappa">Fleiss' kappa; <see langword="null"/> if chance alone would agree fully.</param>
/// <param name="WeightedCohenKappa">Mean of quadratically weighted Cohen kappas of the pairs of raters with two answers or more in common,
/// on axes whose choices are steps of a scale.</param>
/// <param name="KrippendorffAlpha">Krippendorff's alpha, which bears missing ratings.</param>
public sealed record AxisAgreement(
    int Units, int? Raters, double? RandolphKappa, double? FleissKappa, double? WeightedCohenKappa, double? KrippendorffAlpha)
{
    /// <summary>
    /// 95 % interval of <see cref="RandolphKappa"/>; <see langword="null"/> with fewer than two answers that were rated more than once.
    /// </summary>
    public Interval? RandolphInterval { get; init; }

    /// <summary>95 % interval of <see cref="FleissKappa"/>.</summary>
    public Interval? FleissInterval { get; init; }

    /// <summary>95 % interval of <see cref="WeightedCohenKappa"/>.</summary>
    public Interval? WeightedCohenInterval { get; init; }

    /// <summary>95 % interval of <see cref="KrippendorffAlpha"/>.</summary>
    public Interval? KrippendorffInterval { get; init; }
}

/// <summary>A rater's part.</summary>
/// <param name="Rater">The rater.</param>
/// <param name="Rated">Whole ratings.</param>
/// <param name="MedianSeconds">Median time of one.</param>
/// <param name="Favourable">Share of all choices that speak for the answer.</param>
/// <param name="FirstHalf">The same in the first half of the ratings, in the order in which they were made.</param>
/// <param name="SecondHalf">The same in the second half: a rater who drifts differs. A pilot is all in the first half.</param>
/// <param name="DriftP">How often ratings in a random order differ as much between the halves, after Holm's correction over the raters;
/// <see langword="null"/> for fewer than <see cref="StudyReportBuilder.FewestForDrift"/> ratings.</param>
public sealed record RaterReport(
    string Rater, int Rated, double? MedianSeconds, double? Favourable, double? FirstHalf, double? SecondHalf, double? DriftP = null);
