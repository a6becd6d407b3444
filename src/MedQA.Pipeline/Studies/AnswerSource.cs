using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Studies;

/// <summary>A source of answers that a study is made of: a finished run of free answers, or a file of questions with answers.</summary>
/// <param name="Source">What it is.</param>
/// <param name="Answers">Its questions with their answers, in order; each question once.</param>
/// <param name="Notes">What was left out of it and why, a sentence each.</param>
public sealed partial record AnswerSource(
    StudySource Source, ImmutableArray<(Question Question, string Answer)> Answers, ImmutableArray<string> Notes)
{
    private const int AtOnce = 8;

    private static readonly FaultLocation Sources = new(Field: "sources");

    /// <summary>The answers of a run.</summary>
    /// <param name="reader">Reads runs.</param>
    /// <param name="run">The run's name.</param>
    /// <param name="name">What the report calls the source; <see langword="null"/> for the model's name.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">There is no such run, it gives no free answers, or it has not ended.</exception>
    public static async Task<AnswerSource> OfRunAsync(RunReader reader, string run, string? name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (!RunId.TryParse(run, out var id) || await reader.GetAsync(id, cancellationToken) is not { } summary)
        {
            throw new InputException(Sources, $"There is no run '{run}'.");
        }

        if (await reader.GetManifestAsync(id, cancellationToken)
            is not { Protocol.Profile: { Strategy.WritesFreeAnswers: true, Stop: var stop } })
        {
            throw new InputException(
                Sources,
                $"Run {run} used profile {summary.Profile}, but only free answers can be rated; use the profile long-form.");
        }

        if (summary.State is not (RunState.Completed or RunState.CompletedWithFailures))
        {
            throw new InputException(
                Sources,
                $"Run {run} is {summary.State.ToString().ToLowerInvariant()}",
                "Wait until it has ended");
        }

        var questions = await reader.AllQuestionsAsync(id, cancellationToken).ToListAsync(cancellationToken);
        var answers = new string?[questions.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, answers.Length), new ParallelOptions
        {
            MaxDegreeOfParallelism = AtOnce,
            CancellationToken = cancellationToken
        }, async (ordinal, cancel) =>
            answers[ordinal] = await reader.GetAnswerAsync(id, ordinal, cancel) is { } answered ? FreeAnswer.Of(answered, stop) : null);
        var found = questions.Zip(answers).Where(static pair => pair.Second is not null).Select(static pair => (pair.First, pair.Second!));
        var without = answers.Count(static answer => answer is null);

        var source = new StudySource(name ?? summary.Model, id.ToString(), summary.Model, File: null);
        return Once(
            source,
            found,
            without == 0
                ? []
                : [string.Create(
                    CultureInfo.InvariantCulture,
                    $"{source.Name}: {without} {(without == 1 ? "question" : "questions")} without an answer left out.")]);
    }

    /// <summary>The answers of a file: a question set whose rows have a question and an answer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="fileName">Its name.</param>
    /// <param name="name">What the report calls the source; <see langword="null"/> for the file's name.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InputException">The file is no question set, or has no answers.</exception>
    public static async Task<AnswerSource> OfFileAsync(Stream file, string fileName, string? name, CancellationToken cancellationToken)
    {
        var source = new StudySource(name ?? Path.GetFileNameWithoutExtension(fileName), Run: null, Model: null, fileName);
        var (found, notes) = (ImmutableArray.CreateBuilder<(Question, string)>(), ImmutableArray.CreateBuilder<string>());
        await foreach (var row in QuestionSetReader.ReadAsync(file, new QuestionSetOptions { FileName = fileName }, cancellationToken))
        {
            switch (row)
            {
                case AcceptedRow { Question.Options.IsEmpty: true, Question.ReferenceAnswers: [var answer, ..] } accepted:
                    found.Add((accepted.Question, answer.Trim()));
                    break;
                case RejectedRow rejected:
                    notes.Add($"{fileName}, line {rejected.Line}: {rejected.Reason}");
                    break;
                default:
                    notes.Add($"{fileName}, line {row.Line}: The row has no free answer.");
                    break;
            }
        }

        return found.Count > 0 ? Once(source, found, notes.ToImmutable())
            : throw new InputException(
                Sources,
                $"{fileName} has no row with a question and an answer.{(notes.Count > 0 ? $" {notes[0]}" : "")} The columns must be named "
                    + "question and answer.");
    }

    /// <summary>What makes two questions the same: context and text, however blanks are set.</summary>
    public static string KeyOf(Question question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return $"{Plain(question.Context ?? "")}\n{Plain(question.Text)}";
    }

    private static AnswerSource Once(
        StudySource source, IEnumerable<(Question Question, string Answer)> answers, ImmutableArray<string> notes)
    {
        var all = answers.Select(static answer => (answer.Question, Answer: Shown(answer.Answer)))
            .Where(static answer => answer.Answer.Length > 0)
            .ToList();
        ImmutableArray<(Question, string)> once = [.. all.DistinctBy(static answer => KeyOf(answer.Question))];
        return new AnswerSource(
            source,
            once,
            once.Length == all.Count
                ? notes
                : notes.Add($"{source.Name}: {all.Count - once.Length} repeated questions left out; the first answer to each counts."));
    }

    /// <summary>
    /// Returns an answer without invisible characters that reveal its source: a spreadsheet writes other line ends than a model, and a
    /// word processor leaves zero-width characters.
    /// </summary>
    private static string Shown(string answer) =>
        string.Join('\n', LineEnds().Split(Unseen().Replace(answer, "").Replace('\u00A0', ' ')).Select(static line => line.TrimEnd()))
            .Trim();

    private static string Plain(string text) => Blanks().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\r\n|[\n\r\u0085\u2028\u2029]", RegexOptions.NonBacktracking)]
    private static partial Regex LineEnds();

    [GeneratedRegex(@"[\u00AD\u200B\u2060\uFEFF]", RegexOptions.NonBacktracking)]
    private static partial Regex Unseen();
}
