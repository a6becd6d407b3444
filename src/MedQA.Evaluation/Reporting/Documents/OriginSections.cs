using System.Collections.Immutable;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>The sections that put a run beside the literature and say how to repeat it.</summary>
internal static class OriginSections
{
    private const int MaxExemplars = 50;

    public static IEnumerable<Block> Of(RunReport report) => [.. Published(report), .. Repeating(report), .. ThisRun(report.Circumstances)];

    private static IEnumerable<Block> Published(RunReport report)
    {
        if (report.Published.IsEmpty)
        {
            yield break;
        }

        yield return new Heading(2, "Published results");
        yield return new Table(
            [
                new("data set"),
                new("model"),
                new("method"),
                new("accuracy", true),
                new("95 % interval"),
                new("n", true),
                new("year", true),
                new("source"),
                new("comparable")
            ],
            [
                .. report.Published.Select(static beside => ImmutableArray.Create(
                    beside.Dataset,
                    beside.Result.Model,
                    beside.Result.Method,
                    Figures.Percent(beside.Result.Accuracy),
                    Figures.Percent(beside.Result.Interval),
                    Figures.Count(beside.Result.Questions),
                    $"{beside.Result.Year}",
                    $"{beside.Result.Source} (read in {beside.Result.ReadIn})",
                    beside.Comparable ? "yes" : "not comparable")),
            ]);
        if (Notes(report).ToImmutableArray() is { IsEmpty: false } notes)
        {
            yield return new Items(notes);
        }
    }

    /// <summary>Each data set's notes, each once.</summary>
    private static IEnumerable<string> Notes(RunReport report) =>
        from beside in report.Published
        where beside.Note is not null
        group beside by (beside.Dataset, beside.Note) into notes
        select $"{notes.Key.Dataset}: {notes.Key.Note}.";

    private static IEnumerable<Block> Repeating(RunReport report)
    {
        var profile = report.Protocol.Profile;
        var exemplars = report.Protocol.DatasetExemplars.Select(static set => $"; {set.Exemplars.Length} for {set.Dataset}");
        yield return new Heading(2, "To repeat it");
        yield return Table.OfValues(
        [
            ("model", $"{report.Model}, fingerprint {report.ModelFingerprint}"),
            ("question set", $"{report.QuestionSet}{(report.QuestionSetHash is { } hash ? $", hash {hash}" : "")}"),
            ("profile", $"{profile.Name}: strategy {profile.Strategy.Name}, format "
                + $"{(profile.Format == PromptFormat.Chat ? "chat" : "completion")}"),
            ("worked examples",
                (profile.ExemplarSelection == ExemplarSelection.Nearest
                    ? $"the {profile.Exemplars} nearest to each question by the model's embedding, of "
                    : "")
                    + report.Protocol.Exemplars.Length
                    + (profile.ExemplarSet is { } set ? $" of set {set}" : "")
                    + string.Concat(exemplars)),
            ("sampling", $"{profile.Samples} samples, temperature {profile.Temperature}, topP {profile.TopP}, topK {profile.TopK}, minP "
                + $"{profile.MinP}, at most {profile.MaxTokens} tokens, seed {profile.Seed}"),
            ("reasonings without an answer", profile.OnUnparsed == UnparsedHandling.Force ? "forced by the answer cue" : "abstain"),
            .. report.Protocol.Prefix is { } prefix
                ? [("prefix", $"{prefix.Name}: {prefix.Length} virtual tokens in front of every prompt, tuned for model "
                    + $"{prefix.ModelName}, hash {prefix.Hash}")]
                : Array.Empty<(string, string)>(),
            ("evaluation rules", report.EvaluationRules),
        ]);
        yield return new Paragraph("The whole profile, as canonical JSON; with its worked examples it stands in the JSON report:");
        yield return new Verbatim(System.Text.Encoding.UTF8.GetString(CanonicalJson.Of(profile)));
        if (!report.ExemplarUses.IsEmpty)
        {
            yield return new Heading(3, "Worked examples chosen");
            yield return new Table(
                [new("example"), new("questions", true)],
                [.. report.ExemplarUses.OrderByDescending(static use => use.Questions)
                    .Take(MaxExemplars)
                    .Select(static use => ImmutableArray.Create(use.Exemplar, Figures.Count(use.Questions)))]);
        }

        foreach (var prompt in report.Prompts)
        {
            yield return new Heading(3, $"Exact prompt of {prompt.Dataset}, question {prompt.Question}");
            yield return new Verbatim(prompt.Text);
        }
    }

    private static IEnumerable<Block> ThisRun(RunCircumstances run)
    {
        yield return new Heading(2, "This run");
        yield return Table.OfValues(
        [
            ("run", $"{run.Run}, revision {run.Revision}"),
            ("created", Time(run.Created)),
            ("finished", Time(run.Finished)),
            ("upload's ETag", run.ETag ?? Figures.None),
            ("seconds of work", run.Seconds.ToString("#,0.0")),
            ("generated tokens per second of work", run.TokensPerSecond is { } speed ? speed.ToString("#,0.0") : Figures.None),
            .. run.Seal is { } seal ? [("seal of the answers (SHA-256)", seal)] : Array.Empty<(string, string)>(),
            .. run.EngineFingerprints.Select(static engine => ("engine", engine)),
        ]);
        if (run.EngineFingerprints.Length > 1)
        {
            yield return new Note(
                $"{run.EngineFingerprints.Length} different engines answered: the samples follow the same distribution, but not the same "
                    + "bits.");
        }
    }

    private static string Time(DateTimeOffset? time) =>
        time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") + " UTC" : Figures.None;
}
