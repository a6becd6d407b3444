using System.Collections.Immutable;
using System.Text;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;

namespace MedQA.Evaluation.Reporting;

/// <summary>How to repeat the run.</summary>
internal sealed class RepeatingSection : IReportSection
{
    private const int MaxExemplars = 50;

    /// <inheritdoc/>
    public string Title => "To repeat it";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        var profile = report.Protocol.Profile;
        var exemplars = report.Protocol.DatasetExemplars.Select(static set => $"; {set.Exemplars.Length} for {set.Dataset}");
        yield return Table.OfValues(
        [
            ("model", $"{report.Model}, fingerprint {report.ModelFingerprint}"),
            .. report.ModelFacts is { } facts ? OfFacts(facts) : [],
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
            .. OriginsOf(report).Select(static origin => ("who wrote them", origin.Sentence)),
            ("sampling", $"{profile.Samples} samples, temperature {profile.Temperature}, topP {profile.TopP}, topK {profile.TopK}, minP "
                + $"{profile.MinP}, at most {profile.MaxTokens} tokens, seed {profile.Seed}"),
            ("reasonings without an answer",
                profile.OnUnparsed == UnparsedHandling.Force && report.Sets is null ? "forced by the answer cue" : "abstain"),
            .. report.Protocol.Prefix is { } prefix
                ? [("prefix", $"{prefix.Name}: {prefix.Length} virtual tokens in front of every prompt, tuned for model "
                    + $"{prefix.ModelName}, hash {prefix.Hash}")]
                : Array.Empty<(string, string)>(),
            ("evaluation rules", report.EvaluationRules),
        ]);
        foreach (var warning in OriginsOf(report).Select(static origin => origin.Warning).OfType<string>())
        {
            yield return new Note(warning);
        }

        yield return new Paragraph("The whole profile, as canonical JSON; with its worked examples it stands in the JSON report:");
        yield return new Verbatim(Encoding.UTF8.GetString(CanonicalJson.Of(profile)));
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

    /// <summary>Who wrote the examples that the run uses; nothing of runs without any, and of those of earlier versions.</summary>
    internal static ImmutableArray<ExemplarOrigin> OriginsOf(RunReport report) =>
        report.Protocol.Exemplars.IsEmpty && report.Protocol.DatasetExemplars.All(static set => set.Exemplars.IsEmpty)
            ? []
            : report.Protocol.Origins ?? [];

    /// <summary>The size and the family of a model, as far as they are known.</summary>
    internal static IEnumerable<(string, string)> OfFacts(ModelFacts facts)
    {
        if (facts.Size is { } size)
        {
            yield return ("parameters", $"{size}{(facts.Stated ? ", as stated by whoever set up the model" : "")}");
        }

        if (facts.Family is { } family)
        {
            yield return ("family", family);
        }
    }
}
