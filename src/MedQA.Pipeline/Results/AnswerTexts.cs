using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Results;

/// <summary>An answer as it is counted, and its row with the texts of question and answer.</summary>
/// <param name="Placed">The answer, without the texts and tokens of its reasonings.</param>
/// <param name="Row">Its row in the table of answers.</param>
internal readonly record struct TextedAnswer(PlacedAnswer Placed, StoredAnswerRow Row);

/// <summary>
/// Reads a run's answers together with the texts of their questions, in the order of the questions; a few batches are in memory at a time.
/// </summary>
internal sealed class AnswerTexts(RunStorage storage)
{
    /// <summary>Batches whose questions are read while one is worked on.</summary>
    private const int Ahead = 3;

    private readonly RunAnswers _answers = new(storage);

    /// <summary>
    /// The rows of every answer of the finished batches, batch by batch. Questions of a blob that is missing have no texts.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="retries">How often failed questions were tried again.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="sealing">Is told what the batches hash to, where a seal is made.</param>
    public async IAsyncEnumerable<(List<TextedAnswer> Answers, DateTimeOffset Written)> RowsAsync(
        RunId run,
        RunManifest manifest,
        int retries,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        RunSealing? sealing = null)
    {
        await foreach (var (answers, questions, written) in BatchesAsync(run, manifest, retries, sealing, cancellationToken))
        {
            // Counted answers lack the texts of their reasonings; of free ones the text is the answer.
            var free = new Dictionary<int, string?>();
            if (manifest.Protocol is { Profile: { } profile })
            {
                await foreach (var whole in WholeAsync(
                    run, answers.Where(static answer => answer.Answered is { OptionCount: 0, Failure: null }), cancellationToken))
                {
                    free[whole.Ordinal] = FreeAnswer.Of(whole, profile.Stop);
                }
            }

            yield return (
                [.. answers.Select(answer => new TextedAnswer(
                    answer,
                    RowOf(answer, questions.GetValueOrDefault(answer.Answered.Ordinal), free.GetValueOrDefault(answer.Answered.Ordinal))))],
                written);
        }
    }

    /// <summary>Every answer of the finished batches with its reasonings, its question and its row, one at a time.</summary>
    /// <param name="run">The run.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="retries">How often failed questions were tried again.</param>
    /// <param name="only">The batches that are read; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="InvalidDataException">An answer or a question is not where it was written.</exception>
    public async IAsyncEnumerable<(Question Question, AnsweredQuestion Answer, AnswerRow Row)> EverythingAsync(
        RunId run,
        RunManifest manifest,
        int retries,
        IReadOnlySet<BatchId>? only,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (answers, questions, _) in BatchesAsync(run, manifest, retries, sealing: null, cancellationToken, only))
        {
            var next = 0;
            await foreach (var whole in WholeAsync(run, answers, cancellationToken))
            {
                var question = questions.GetValueOrDefault(whole.Ordinal)
                    ?? throw new InvalidDataException(
                        $"The question is not where it was written: questions of run {run}, ordinal {whole.Ordinal}.");
                var free = whole.OptionCount == 0 && manifest.Protocol is { Profile.Stop: var stop } ? FreeAnswer.Of(whole, stop) : null;
                yield return (question, whole, RowOf(answers[next++], question, free));
            }
        }
    }

    /// <summary>
    /// Rows of answers that are in progress blobs, with the texts of question and answer; a batch is in memory at a time. What is not there
    /// any more is left out.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="rows">The rows in the order of their ordinals.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async IAsyncEnumerable<StoredAnswerRow> InWorkAsync(
        RunId run, RunManifest manifest, IEnumerable<StoredAnswerRow> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var group in rows.GroupBy(static row => row.Batch))
        {
            if (!BatchId.TryParse(group.Key, out var batch))
            {
                continue;
            }

            var (wanted, found) = (group.ToDictionary(static row => row.Offset), new Dictionary<int, StoredAnswerRow>());
            var questions = await QuestionsAsync(run, batch.Number, cancellationToken);
            var from = wanted.Keys.Min();
            await using var content = await storage.Progress(run, batch).FindStreamAsync(from, cancellationToken);
            if (content is null)
            {
                continue;
            }

            await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
            {
                if (wanted.TryGetValue(from + line.Offset, out var row)
                    && BlobReading.ParseLine(line.Content, PipelineJson.Compact.AnsweredQuestion) is { } answered
                    && answered.Ordinal == row.Ordinal)
                {
                    var free = answered is { OptionCount: 0, Failure: null } && manifest.Protocol is { Profile.Stop: var stop }
                        ? FreeAnswer.Of(answered, stop)
                        : null;
                    found[row.Ordinal] = RowOf(
                        new PlacedAnswer(answered, batch, row.Offset, row.Length), questions.GetValueOrDefault(row.Ordinal), free);
                }
            }

            foreach (var row in group)
            {
                if (found.TryGetValue(row.Ordinal, out var texted))
                {
                    yield return texted;
                }
            }
        }
    }

    private static StoredAnswerRow RowOf(PlacedAnswer placed, Question? question, string? free)
    {
        var answered = placed.Answered;
        var row = AnswerRows.RowOf(answered, placed.Batch, placed.Offset, placed.Length) with
        {
            FailureMessage = answered.Failure?.Message,
            FreeAnswer = free,
            Votes = answered.OptionCount > 0 && !answered.SeveralRight ? answered.Votes : null,
            SetVotes = answered.SetVotes?.ToDictionary(static votes => votes.Options.ToString(), static votes => votes.Votes),
        };
        return question is null ? row : row with
        {
            Question = question.Text,
            Context = question.Context,
            OptionTexts = question.Options is { IsEmpty: false } options ? options : null,
            GoldText = TextOf(answered.RightOptions),
            AnswerText = TextOf(answered.ChosenOptions),
            ReferenceAnswers = question.ReferenceAnswers is { IsEmpty: false } references ? references : null,
            Metadata = question.Metadata,
        };

        string? TextOf(OptionSet? chosen)
        {
            string[] texts = [.. (chosen?.Options ?? []).Where(option => option < question.Options.Length)
                .Select(option => question.Options[option])];
            return answered.SeveralRight ? ListCell.Of(chosen is null ? null : texts) : texts.FirstOrDefault();
        }
    }

    private async IAsyncEnumerable<(List<PlacedAnswer> Answers, FrozenDictionary<int, Question> Questions, DateTimeOffset Written)>
        BatchesAsync(
        RunId run,
        RunManifest manifest,
        int retries,
        RunSealing? sealing,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        IReadOnlySet<BatchId>? only = null)
    {
        var read = ReadAhead.InOrderAsync(
            Enumerable.Range(0, manifest.Batches),
            Ahead,
            async (number, cancel) => (Number: number, Questions: await QuestionsAsync(run, number, cancel)),
            cancellationToken);
        await using var questions = read.GetAsyncEnumerator(cancellationToken);
        var (at, texts) = (-1, FrozenDictionary<int, Question>.Empty);
        await foreach (var (answers, written) in _answers.AllAsync(run, manifest, retries, cancellationToken, sealing, only))
        {
            // Batches that are not finished have no answers: their questions are passed over.
            while (answers.Count > 0 && at < manifest.BatchOf(answers[0].Answered.Ordinal) && await questions.MoveNextAsync())
            {
                (at, texts) = questions.Current;
            }

            yield return (answers, texts, written);
        }
    }

    private async Task<FrozenDictionary<int, Question>> QuestionsAsync(RunId run, int number, CancellationToken cancellationToken)
    {
        var questions = new Dictionary<int, Question>();
        await foreach (var question in storage.Questions(run, BatchId.First(number))
            .ReadLinesAsync(PipelineJson.Compact.BatchQuestion, cancellationToken))
        {
            questions[question.Ordinal] = question.Question;
        }

        return questions.ToFrozenDictionary();
    }

    /// <summary>
    /// Answers with their reasonings, in the order in which they are given; within a batch they lie in that order too, so that each blob is
    /// read once and line by line.
    /// </summary>
    private async IAsyncEnumerable<AnsweredQuestion> WholeAsync(
        RunId run, IEnumerable<PlacedAnswer> answers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var blobs = new Dictionary<BatchId, (Stream Content, IAsyncEnumerator<JsonLine> Lines)>();
        try
        {
            foreach (var placed in answers)
            {
                if (!blobs.TryGetValue(placed.Batch, out var blob))
                {
                    var found = await storage.Answers(run, placed.Batch).FindStreamAsync(cancellationToken) ?? throw Changed(placed);
                    blobs[placed.Batch] =
                        blob = (found.Content, JsonLines.ReadAsync(found.Content, cancellationToken).GetAsyncEnumerator(cancellationToken));
                }

                do
                {
                    if (!await blob.Lines.MoveNextAsync())
                    {
                        throw Changed(placed);
                    }
                }
                while (blob.Lines.Current.Offset < placed.Offset);

                yield return BlobReading.ParseLine(blob.Lines.Current.Content, PipelineJson.Compact.AnsweredQuestion) is { } answered
                    && answered.Ordinal == placed.Answered.Ordinal
                    ? answered
                    : throw Changed(placed);
            }
        }
        finally
        {
            foreach (var (content, lines) in blobs.Values)
            {
                await lines.DisposeAsync();
                await content.DisposeAsync();
            }
        }

        InvalidDataException Changed(PlacedAnswer placed) =>
            new($"The answer is not where it was written: answers/{placed.Batch}.jsonl of run {run} was changed.");
    }
}
