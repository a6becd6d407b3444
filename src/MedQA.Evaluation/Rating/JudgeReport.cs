using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Rating;

/// <summary>What a judge said, and how far people's ratings bear it out.</summary>
/// <param name="Judge">The judge's name within the study.</param>
/// <param name="Model">The model.</param>
/// <param name="Samples">Samples of each verdict.</param>
/// <param name="Units">Answers, or pairs of them, that the judge was asked about.</param>
/// <param name="Axes">By axis.</param>
/// <param name="Seed">The seed of the samples, if it is known.</param>
public sealed record JudgeReport(
    string Judge, string Model, int Samples, int Units, ImmutableArray<JudgeAxis> Axes, long? Seed = null);

/// <summary>A judge on an axis.</summary>
/// <param name="Axis">The axis.</param>
/// <param name="Unreadable">Verdicts that could not be read. They are missing, not unfavourable.</param>
/// <param name="OrdersDiffer">Verdicts on pairs that are missing because they changed with the order of the answers.</param>
/// <param name="Agreement">How far the judge agrees with people; <see langword="null"/> if people have rated none of the answers.</param>
/// <param name="Sources">By source.</param>
public sealed record JudgeAxis(
    string Axis, int Unreadable, int OrdersDiffer, JudgeAgreement? Agreement, ImmutableArray<JudgeShare> Sources);

/// <summary>
/// How far a judge agrees with people on whether an answer is favourable, over the answers that both rated. People's verdict on an answer
/// is that of most of them; answers on which they are divided in half are left out.
/// </summary>
/// <param name="Units">How many answers.</param>
/// <param name="Kappa">Cohen's kappa; <see langword="null"/> if chance alone would agree fully.</param>
/// <param name="KappaInterval">Its 95 % interval, by leaving out one question after the other.</param>
/// <param name="Sensitivity">Of answers that people find favourable, the share that the judge does; <see langword="null"/> without
/// any.</param>
/// <param name="SensitivityInterval">Its 95 % interval.</param>
/// <param name="Specificity">Of answers that people do not find favourable, the share that the judge does not either.</param>
/// <param name="SpecificityInterval">Its 95 % interval.</param>
public sealed record JudgeAgreement(
    int Units,
    double? Kappa,
    Interval? KappaInterval,
    double? Sensitivity,
    Interval? SensitivityInterval,
    double? Specificity,
    Interval? SpecificityInterval);

/// <summary>
/// The favourable share of a source by a judge; of a rubric that compares, the share that prefers B, where ties count half.
/// </summary>
/// <param name="Source">The source.</param>
/// <param name="Verdicts">Verdicts that could be read.</param>
/// <param name="Raw">Their favourable share, with the judge's errors in it.</param>
/// <param name="RawInterval">Its 95 % interval, which knows nothing of these errors.</param>
/// <param name="Calibration">How far people's ratings allow to correct it.</param>
/// <param name="Rated">Answers that people rated, too.</param>
/// <param name="Further">Answers that only the judge rated.</param>
/// <param name="Corrected">The share that people would find in all of these answers: prediction-powered inference (PPI++, arXiv
/// 2311.01453); <see langword="null"/> without people's ratings.</param>
/// <param name="CorrectedInterval">Its 95 % interval.</param>
/// <param name="Lambda">How far the judge's verdicts were used: from 0 (people's ratings alone) to 1.</param>
public sealed record JudgeShare(
    string Source,
    int Verdicts,
    double? Raw,
    Interval? RawInterval,
    JudgeCalibration Calibration,
    int Rated,
    int Further,
    double? Corrected,
    Interval? CorrectedInterval,
    double? Lambda);

/// <summary>How far a judge's share is calibrated by people.</summary>
[JsonConverter(typeof(EnumNameConverter<JudgeCalibration>))]
public enum JudgeCalibration
{
    /// <summary>People have rated none of the answers: nobody knows how often the judge errs.</summary>
    NotCalibrated,

    /// <summary>People have rated so few that the corrected share's interval may be too short.</summary>
    TooFewRatings,

    /// <summary>The corrected share and its interval hold.</summary>
    Calibrated,
}

/// <summary>Computes what a judge's verdicts are worth.</summary>
internal static class JudgeReports
{
    /// <summary>
    /// Returns what a choice counts: whether it is favourable; of a rubric that compares, 1 for the second, 0.5 for a tie.
    /// </summary>
    public static double ValueOf(Rubric rubric, RubricAxis axis, string choice) => rubric.Compares
        ? choice switch { "second" => 1, "first" => 0, _ => 0.5 }
        : axis.Favourable.Contains(choice) ? 1 : 0;

    /// <summary>Computes the report of a judge.</summary>
    /// <param name="study">The study.</param>
    /// <param name="judge">The judge.</param>
    /// <param name="groups">Sources, or pairs of them, with the units of each.</param>
    /// <param name="people">For each axis, the mean of people's verdicts on each unit; <see langword="null"/> where there is none.</param>
    public static JudgeReport Of(
        StudyRatings study, JudgeVerdicts judge, ImmutableArray<(string Name, int[] Units)> groups, ImmutableArray<double?[]> people)
    {
        var byAxis = judge.Verdicts.ToLookup(static verdict => verdict.Axis, StringComparer.Ordinal);
        return new JudgeReport(
            judge.Judge,
            judge.Model,
            judge.Samples,
            judge.Verdicts.Select(static verdict => verdict.Unit).Distinct().Count(),
            [.. study.Rubric.Axes.Select((axis, place) => Axis(study, axis, [.. byAxis[axis.Id]], groups, people[place]))],
            judge.Seed);
    }

    private static JudgeAxis Axis(
        StudyRatings study,
        RubricAxis axis,
        UnitVerdict[] verdicts,
        ImmutableArray<(string Name, int[] Units)> groups,
        double?[] people)
    {
        var values = verdicts.DistinctBy(static verdict => verdict.Unit).ToDictionary(
            static verdict => verdict.Unit,
            verdict => verdict.Choice is { } choice ? ValueOf(study.Rubric, axis, choice) : (double?)null);
        return new JudgeAxis(
            axis.Id,
            verdicts.Count(static verdict => verdict is { Choice: null, OrdersDiffer: false }),
            verdicts.Count(static verdict => verdict.OrdersDiffer),
            Agreement(study, values, people),
            [.. groups.Select(group => Share(study, group.Name, [.. group.Units.Where(values.ContainsKey)], values, people))]);
    }

    private static JudgeShare Share(
        StudyRatings study, string source, int[] units, Dictionary<int, double?> values, double?[] people)
    {
        double[] read = [.. units.Select(unit => values[unit]).OfType<double>()];
        if (read.Length == 0)
        {
            return new JudgeShare(source, 0, null, null, JudgeCalibration.NotCalibrated, 0, 0, null, null, null);
        }

        // Of a missing verdict the mean stands in for what the judge would have said. Leaving its answer out would leave out what the
        // judge finds hard; the correction holds for whatever stands there.
        var raw = read.Average();
        var corrected = PredictionPowered.Of(
            [.. units.Select(unit => new JudgedAnswer(study.Units[unit].Question, people[unit], values[unit] ?? raw))]);
        return new JudgeShare(
            source,
            read.Length,
            raw,
            ClusteredInterval.MeanShare(read, read.Length),
            corrected is null ? JudgeCalibration.NotCalibrated
                : corrected.HasTooFewRatings ? JudgeCalibration.TooFewRatings : JudgeCalibration.Calibrated,
            corrected?.Rated ?? 0,
            corrected?.Further ?? units.Length,
            corrected is null ? null : Math.Clamp(corrected.Share, 0, 1),
            corrected?.Interval,
            corrected?.Lambda);
    }

    private static JudgeAgreement? Agreement(StudyRatings study, Dictionary<int, double?> values, double?[] people)
    {
        var both = values.Where(verdict => verdict.Value is not null and not 0.5 && people[verdict.Key] is not null and not 0.5)
            .OrderBy(static verdict => verdict.Key)
            .Select(verdict => (study.Units[verdict.Key].Question, Judge: verdict.Value > 0.5, People: people[verdict.Key] > 0.5))
            .ToArray();
        if (both.Length == 0)
        {
            return null;
        }

        var questions = both.Select(static unit => unit.Question).Distinct().ToArray();
        var kappa = KappaOf(both);
        var (sensitivity, ofSensitivity) = AgreeingOf(both.Where(static unit => unit.People));
        var (specificity, ofSpecificity) = AgreeingOf(both.Where(static unit => !unit.People));
        return new JudgeAgreement(
            both.Length,
            kappa?.Kappa,
            AgreementInterval.Of(
                questions.Length,
                both.Length,
                kappa,
                left => KappaOf([.. both.Where(unit => unit.Question != questions[left])])),
            sensitivity,
            ofSensitivity,
            specificity,
            ofSpecificity);
    }

    private static ChanceCorrected? KappaOf((int Question, bool Judge, bool People)[] units) => units.Length == 0
        ? null
        : RaterAgreement.Cohen(
            [.. units.Select(static unit => unit.Judge ? 1 : 0)], [.. units.Select(static unit => unit.People ? 1 : 0)], KappaWeights.None);

    private static (double? Share, Interval? Interval) AgreeingOf(IEnumerable<(int Question, bool Judge, bool People)> units)
    {
        (int Count, int Successes)[] clusters =
        [
            .. units.GroupBy(static unit => unit.Question)
                .Select(static question => (question.Count(), question.Count(static unit => unit.Judge == unit.People))),
        ];
        return clusters.Length == 0
            ? (null, null)
            : (
                clusters.Sum(static cluster => (double)cluster.Successes) / clusters.Sum(static cluster => cluster.Count),
                ClusteredInterval.Proportion(clusters));
    }
}
