using System.Collections.Immutable;
using System.Text;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Serialization;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>
/// What a run says of its model, for whoever decides on using it: two pages with what was measured, how, and what it does not tell.
/// </summary>
internal static class ModelCardDocument
{
    private const string One = "1 questions ";
    private const string NotRecorded = "not recorded with the run; see the model's own card";

    private static readonly ImmutableArray<double> Deferred = [0, 0.1, 0.25, 0.45];

    public static IReadOnlyList<Block> Of(RunReport report, CardedRun carded) =>
    [
        new Heading(1, $"Model card: {report.Model}"),
        new Note(report.Disclaimer),
        .. Warnings(report, carded).Select(static warning => new Note(warning)),
        new Heading(2, "Model"),
        Model(report),
        new Heading(2, "Evaluation"),
        Evaluation(report, carded),
        new Heading(2, "Accuracy"),
        .. Accuracy(report),
        new Heading(2, "Confidence and deferral"),
        .. Confidence(report),
        new Heading(2, "Failures"),
        Failures(report, carded),
        new Heading(2, "Limits"),
        new Items([.. report.Notes, .. Limits(report)]),
        new Heading(2, "Prompt"),
        .. Prompt(report),
        new Heading(2, "How to reproduce it"),
        .. Reproduction(report, carded),
    ];

    /// <summary>
    /// The report's warnings; of a cancelled run not that figures can still change. They are stored with a plural also for one question.
    /// </summary>
    private static IEnumerable<string> Warnings(RunReport report, CardedRun carded)
    {
        if (carded.IsCancelled)
        {
            yield return $"The run was cancelled. Without an answer: {Figures.Count(report.Questions.Waiting)} of "
                + $"{Figures.Count(report.Questions.Accepted)} questions. The figures are about the others.";
        }

        foreach (var warning in carded.IsCancelled ? report.Warnings.Except(ReportWarnings.OfUnfinished(report)) : report.Warnings)
        {
            yield return warning.StartsWith(One, StringComparison.Ordinal) ? $"1 question {warning[One.Length..]}" : warning;
        }
    }

    private static Table Model(RunReport report)
    {
        var run = report.Circumstances;
        return Table.OfValues(
        [
            ("name", report.Model),
            .. run.Endpoint is { } endpoint ? [("asked at", endpoint.Host), ("model or deployment", endpoint.Model)]
                : Array.Empty<(string, string)>(),
            .. run.Usage is { Versions: { IsEmpty: false } versions } ? [("version that answered", string.Join(", ", versions))]
                : Array.Empty<(string, string)>(),
            ("fingerprint (SHA-256)", report.ModelFingerprint),
            .. report.ModelFacts is { } facts ? RepeatingSection.OfFacts(facts) : [],
            (Unknown(report.ModelFacts), NotRecorded),
            .. report.Protocol.Prefix is { } prefix
                ? [("tuned prefix", $"{prefix.Name}: {prefix.Length} virtual tokens, hash {prefix.Hash}")]
                : Array.Empty<(string, string)>(),
            .. run.EngineFingerprints.Select(static engine => ("engine", engine)),
        ]);
    }

    /// <summary>What is not known of the model.</summary>
    private static string Unknown(ModelFacts? facts) => facts switch
    {
        { Size: not null, Family: not null } => "licence",
        { Size: not null } => "family and licence",
        { Family: not null } => "number of parameters and licence",
        _ => "family, number of parameters and licence",
    };

    private static Table Evaluation(RunReport report, CardedRun carded)
    {
        var (profile, run) = (report.Protocol.Profile, report.Circumstances);
        return Table.OfValues(
        [
            ("date", Date(run.Finished ?? run.Created)
                + (carded.IsCancelled ? "; the run was cancelled" : report.Provisional ? "; the run is not finished" : "")),
            ("question set", report.QuestionSet),
            .. report.QuestionSetHash is { Length: > 0 } hash
                ? [("SHA-256 of the questions, as they were read from the file; not that of the file", hash)]
                : Array.Empty<(string, string)>(),
            ("data sets", string.Join(", ", report.Datasets.Select(static slice => slice.Dataset))),
            ("questions asked", Figures.Count(report.Questions.Asked)),
            ("profile", $"{profile.Name}: {profile.Strategy.Description}"),
            ("samples per question", profile.Strategy.ScoresOptions
                ? "none: options are scored"
                : $"{profile.SamplesPerQuestion}{(profile.Strategy.StopsEarly ? " at most" : "")}, temperature {profile.Temperature}, "
                    + $"at most {profile.MaxTokens} tokens each, seed {profile.Seed}"),
            ("worked examples in the prompt", Figures.Count(report.Protocol.Exemplars.Length)),
            .. RepeatingSection.OriginsOf(report).Select(static origin => ("who wrote the worked examples", origin.Sentence)),
            ("tokens read and generated", $"{Figures.Count(report.Tokens.Prompt)} and {Figures.Count(report.Tokens.Generated)}"),
            .. run is { Usage.Cost: { } cost, Endpoint.Prices: { } prices } ? [("cost", CostText.Of(cost, prices.Currency))]
                : Array.Empty<(string, string)>(),
        ]);
    }

    private static IEnumerable<Block> Accuracy(RunReport report)
    {
        if (report.Accuracy.Value is null)
        {
            yield return new Paragraph("No question with a known right option was asked, so there is no accuracy.");
            yield break;
        }

        yield return new Table(
            [new("questions"), new("scored", true), new("right", true), new("accuracy", true), new("95 % interval"), new("guessing", true)],
            [
                .. report.Datasets.Length > 1 ? report.Datasets.Select(static slice => Row(slice.Dataset, slice.Accuracy)) : [],
                Row(report.Datasets is [var only] ? only.Dataset : "all", report.Accuracy),
            ]);
        if (report.Sets is { } sets)
        {
            yield return new Paragraph(
                "Several options of a question can be right, and an answer is right if it is exactly the set of the right ones. Option by "
                    + $"option, precision is {Figures.WithInterval(sets.Precision, sets.PrecisionInterval)} and recall "
                    + $"{Figures.WithInterval(sets.Recall, sets.RecallInterval)}.");
        }

        if (report.Datasets.Any(static slice => slice.Accuracy is { Bounds: null, Interval: not null }))
        {
            yield return new Paragraph(
                report.StoppedEarly is null
                    ? "Intervals are Clopper-Pearson's, or from clusters where questions are equal or on one passage."
                    : "The interval is of the accuracy with all questions asked. It holds although the run stopped by what it saw.");
        }

        if (report.MacroAccuracy is { Datasets: > 1 } macro)
        {
            yield return new Paragraph(
                $"With each data set counted once, the accuracy is {Figures.WithInterval(macro.Value, macro.Interval)}.");
        }

        static ImmutableArray<string> Row(string name, Accuracy accuracy) =>
            [name, Figures.Count(accuracy.Scored), Figures.Count(accuracy.Correct), Figures.Percent(accuracy.Value),
                Figures.Interval(accuracy), Figures.Percent(accuracy.Chance)];
    }

    private static IEnumerable<Block> Confidence(RunReport report)
    {
        if ((report.Confidence ?? report.OptionConfidence ?? report.StoppingPosterior) is not { } confidence)
        {
            yield return new Paragraph(
                "The run gives no confidence: each question has one answer, so nothing tells how sure the model is. Its calibration is not "
                    + "known.");
            yield break;
        }

        var figures = confidence.Figures;
        yield return new Paragraph(
            $"Confidence is the {confidence.Confidence}. Its expected calibration error (10 bins) is "
                + $"{Figures.Fraction(figures.ExpectedError, confidence.Intervals?.ExpectedError)}, its Brier score "
                + $"{Figures.Fraction(figures.Brier, confidence.Intervals?.Brier)}, and the probability that a right answer has more of it "
                + $"than a wrong one (AUROC) {Figures.Fraction(figures.Auroc, confidence.Intervals?.Auroc)}; "
                + $"from {Figures.Count(confidence.Questions)} questions"
                + (confidence.Intervals is null ? "." : ". In brackets: 95 % intervals by bootstrap."));
        yield return new Table(
            [new("least confident left to a person", true), new("accuracy of the others", true), new("95 % interval (score)")],
            [.. confidence.Deferral.Where(static point => Deferred.Any(share => Math.Abs(share - point.Deferred) < 1e-9))
                .Select(static point => ImmutableArray.Create(
                    Figures.Percent(point.Deferred), Figures.Percent(point.Accuracy), Figures.Percent(point.Interval)))]);
        yield return new Paragraph(
            "These are score intervals, which allow for thresholds that were chosen on the same answers. The interval of the accuracy "
                + "above is by another method, so the two differ also where nothing is left to a person.");
    }

    private static Table Failures(RunReport report, CardedRun carded) => Table.OfValues(
    [
        ("without an answer by the model (counted as wrong)", Figures.Count(report.Questions.Unanswered)),
        ("failed for technical reasons (not counted)",
            Figures.Count(report.Questions.Failed) + string.Concat(report.Failures.Select(static one => $"; {one.Code}: {one.Questions}"))),
        ("cannot be asked so (not counted)",
            Figures.Count(report.Questions.Unaskable)
                + string.Concat(report.UnaskableReasons.Select(static one => $"; {one.Code}: {one.Questions}"))),
        report.StoppedEarly is { } stopped
            ? ($"not asked or not counted, by the rule to stop at ±{AccuracyTarget.TextOf(stopped.Points)} points",
                Figures.Count(report.Questions.NotAsked))
            : (carded.IsCancelled ? "not asked, since the run was cancelled" : "not asked yet", Figures.Count(report.Questions.Waiting)),
        ("without a known right option (not scored)", Figures.Count(report.Questions.WithoutGold)),
        ("rows of the file that cannot be used", Figures.Count(report.Questions.Rejected)),
        .. report.Protocol.Profile.Strategy is { ScoresOptions: false, WritesFreeAnswers: false }
            ? [("votes that had to be forced", Figures.Of(report.ForcedVotes.Forced, report.ForcedVotes.Votes))]
            : Array.Empty<(string, string)>(),
    ]);

    private static IEnumerable<string> Limits(RunReport report)
    {
        yield return "Answers to examination questions do not show how a model treats patients, and the accuracy holds for these questions "
            + "and this way of asking only.";
        yield return "Whether the model has seen the questions in its training is not known.";
        foreach (var warning in RepeatingSection.OriginsOf(report).Select(static origin => origin.Warning).OfType<string>())
        {
            yield return warning;
        }

        if (report.Circumstances.Endpoint is not null)
        {
            yield return "The model is behind a service, which may change it at any time: the answers cannot be computed again bit for "
                + "bit.";
        }
    }

    private static IEnumerable<Block> Prompt(RunReport report)
    {
        if (report.Prompts is [var prompt, ..])
        {
            yield return new Paragraph($"The exact prompt of question {prompt.Question} of {prompt.Dataset}:");
            yield return new Verbatim(prompt.Text);
        }
        else
        {
            yield return new Paragraph("No prompt is shown: no question was answered, or its text is gone.");
        }
    }

    private static IEnumerable<Block> Reproduction(RunReport report, CardedRun carded)
    {
        var (profile, run) = (report.Protocol.Profile, report.Circumstances);
        yield return new Paragraph(
            "Take the same question set and the model with the fingerprint above, save this profile as profile.json, and ask again"
                + (report.Protocol.Prefix is null ? "" : "; the prefix with the hash above must be there, too")
                + ". If the questions are the same, the report of the new run states the same hash of them:");
        yield return new Verbatim(Encoding.UTF8.GetString(CanonicalJson.Of(profile)));
        if (carded.Map is { } map)
        {
            yield return new Paragraph("Save this map of the columns as map.json:");
            yield return new Verbatim(map);
        }

        yield return new Verbatim(
            $"medqa run {Quoted(report.QuestionSet)} --model {Quoted(report.Model)} --profile profile.json{carded.ReadingOptions}"
                + (carded.Map is null ? "" : " --map map.json"));
        if (carded.ReadingOptions is null)
        {
            yield return new Paragraph(
                "If the run was started with --limit, --sample, --map, --answer-notation or --drop-fillers, repeat these options.");
        }

        yield return new Paragraph(
            $"Answers were read by version {report.EvaluationRules} of the rules. This was run {run.Run}, revision {run.Revision}"
                + $"{(run.Seal is { } seal ? $"; its answers have the seal {seal}" : "")}. Where it is stored, this checks that nothing "
                + $"was changed{(run.Endpoint is null ? ", and has the model answer again" : "")}:");
        yield return new Verbatim($"medqa verify {run.Run}");
    }

    private static string Quoted(string name) => name.Any(char.IsWhiteSpace) ? $"\"{name}\"" : name;

    private static string Date(DateTimeOffset? time) => time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd") : Figures.None;
}
