using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Scoring;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Checking;

/// <summary>
/// Compares a model with reference results of transformers, Hugging Face's tokenizers and lm-evaluation-harness: whether a conversion is
/// right. The format is that of the repository's tests/references; any subset of its kinds of files may be present.
/// </summary>
public static class ReferenceCheck
{
    /// <summary>What templates see as today: the references' templates do not ask.</summary>
    private static readonly DateOnly Today = new(2026, 1, 1);

    /// <summary>Loads the model, compares, and frees it.</summary>
    /// <param name="modelFolder">The model's folder.</param>
    /// <param name="modelOptions">How to load it, its graph included.</param>
    /// <param name="references">The references' folder, or one file of references.</param>
    /// <param name="options">How to compare.</param>
    /// <param name="progress">Receives every item; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the check between items.</param>
    /// <exception cref="UnusableException">The model cannot be loaded.</exception>
    /// <exception cref="InputException">There are no references at the given path.</exception>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public static async Task<ReferenceCheckResult> RunAsync(
        string modelFolder,
        ModelOptions modelOptions,
        string references,
        ReferenceCheckOptions options,
        IProgress<ReferenceCheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelOptions);
        ArgumentNullException.ThrowIfNull(options);
        modelOptions.Validate();
        options.Validate();
        var files = ReferenceFile.In(references);
        var folder = ModelFolder.Open(modelFolder, modelOptions.Graph);
        using var model = await Task.Run(() => new CheckedModel(folder, modelOptions), cancellationToken);
        var checks = ImmutableArray.CreateBuilder<ReferenceFileCheck>(files.Count);
        foreach (var file in files)
        {
            checks.Add(await CheckAsync(model, file, options, progress, cancellationToken));
        }

        return new(folder.Name, Path.GetFileName(folder.GraphPath), await folder.FingerprintAsync(cancellationToken), checks.ToImmutable());
    }

    private static async Task<ReferenceFileCheck> CheckAsync(
        CheckedModel model,
        ReferenceFile file,
        ReferenceCheckOptions options,
        IProgress<ReferenceCheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        var kind = ReferenceKind.Unknown;
        try
        {
            kind = await file.FindKindAsync(cancellationToken);
            return kind switch
            {
                ReferenceKind.Tokens =>
                    Tokens(model, file, await file.ReadAsync(
                        ReferenceJson.Default.TokenReferenceArray, cancellationToken), options, progress, cancellationToken),
                ReferenceKind.Chats =>
                    await ChatsAsync(
                        model,
                        file,
                        await file.ReadAsync(ReferenceJson.Default.ChatReferenceArray, cancellationToken),
                        options,
                        progress,
                        cancellationToken),
                ReferenceKind.Logits =>
                    await LogitsAsync(
                        model,
                        file,
                        await file.ReadAsync(ReferenceJson.Default.LogitReferenceArray, cancellationToken),
                        options,
                        progress,
                        cancellationToken),
                ReferenceKind.LogLikelihoods =>
                    await LogLikelihoodsAsync(
                        model,
                        file,
                        await file.ReadLinesAsync(ReferenceJson.Default.LogLikelihoodReference, cancellationToken),
                        options,
                        progress,
                        cancellationToken),
                ReferenceKind.SoftPrompt =>
                    await SoftPromptCheck.RunAsync(
                        model,
                        file,
                        await file.ReadOneAsync(ReferenceJson.Default.SoftPromptReference, cancellationToken),
                        options,
                        progress,
                        cancellationToken),
                ReferenceKind.Answers =>
                    NotChecked(file, kind, "it states the answers of a strategy to a question set: run that set and compare the answers"),
                ReferenceKind.Statistics => NotChecked(file, kind, "it states expected values of statistics, which no model is part of"),
                _ => NotChecked(file, kind, "its kind is unknown") with { Outcome = ReferenceOutcome.NotUnderstood },
            };
        }
        catch (InputException exception) when (exception.Location.Source is not null)
        {
            return NotChecked(file, kind, exception.Message) with { Outcome = ReferenceOutcome.Damaged };
        }
    }

    internal static ReferenceFileCheck NotChecked(ReferenceFile file, ReferenceKind kind, string why) =>
        new() { File = file.Name, Kind = kind, Outcome = ReferenceOutcome.NotChecked, Note = why };

    private static ReferenceFileCheck Tokens(
        CheckedModel model,
        ReferenceFile file,
        TokenReference[] items,
        ReferenceCheckOptions options,
        IProgress<ReferenceCheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        var tally = new ReferenceTally(file, ReferenceKind.Tokens, options.Tolerance);
        foreach (var (index, item) in Limited(items, options, file, progress, cancellationToken))
        {
            var ids = model.Tokenizer.EncodeRecognizingSpecials(item.Text);
            var difference = FirstDifference(ids, item.Ids) is { } place ? $"token {place + 1} differs"
                : Decoded(model, item.Ids) != item.Decoded ? "the ids decode to another text"
                : null;
            tally.Add($"text {index + 1}", difference);
        }

        return tally.Result();
    }

    private static async Task<ReferenceFileCheck> ChatsAsync(
        CheckedModel model,
        ReferenceFile file,
        ChatReference[] items,
        ReferenceCheckOptions options,
        IProgress<ReferenceCheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (!model.Encoder.HasChatTemplate)
        {
            return NotChecked(file, ReferenceKind.Chats, "the model has no chat template");
        }

        var tally = new ReferenceTally(file, ReferenceKind.Chats, options.Tolerance);
        var together = await model.ContinueTogetherAsync(
            [.. items.Take(options.Limit ?? int.MaxValue).Select(static item => (item.InputIds, item.Greedy.Length))], cancellationToken);
        foreach (var (index, item) in Limited(items, options, file, progress, cancellationToken))
        {
            CheckLengths(file, item.Id, item.Greedy, item.GreedyLogprobs);
            var (difference, ids) = Encoded(model, item);
            if (difference is not null || !model.Fits(ids, item.Greedy.Length))
            {
                tally.Add(item.Id, difference ?? "it does not fit the model's context");
                continue;
            }

            await using var prompt = await model.Engine.ReadAsync(ids, 0, cancellationToken);
            var sample = await model.ContinueAsync(prompt, item.Greedy.Length, cancellationToken);
            var deviation = await MeanDeviationAsync(model, prompt, sample, item.Greedy, item.GreedyLogprobs, cancellationToken);
            tally.Add(
                item.Id,
                Parted(sample, item.Greedy, deviation, item.SmallestMargin, options)
                    ?? PartedTogether(together[index], item.Greedy, deviation, item.SmallestMargin, options),
                deviation,
                "the greedy text's mean log-probability");
        }

        return tally.Result();
    }

    private static async Task<ReferenceFileCheck> LogitsAsync(
        CheckedModel model,
        ReferenceFile file,
        LogitReference[] items,
        ReferenceCheckOptions options,
        IProgress<ReferenceCheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        var tally = new ReferenceTally(file, ReferenceKind.Logits, options.Tolerance);
        var together = await model.ContinueTogetherAsync(
            [.. items.Take(options.Limit ?? int.MaxValue).Select(static item => (item.InputIds, item.Greedy.Length))], cancellationToken);
        foreach (var (index, item) in Limited(items, options, file, progress, cancellationToken))
        {
            var name = $"prompt {index + 1}";
            CheckLengths(file, name, item.Greedy, item.GreedyLogprobs);
            if (!model.Fits(item.InputIds, item.Greedy.Length))
            {
                tally.Add(name, "its tokens do not fit the model's context or vocabulary");
                continue;
            }

            await using var prompt = await model.Engine.ReadAsync(item.InputIds, 0, cancellationToken);
            if (prompt.Logits.Length != item.LastLogits.Length)
            {
                tally.Add(name, $"the reference has {item.LastLogits.Length} logits, the model {prompt.Logits.Length}");
                continue;
            }

            var deviation = LargestDeviation(prompt.Logits, item.LastLogits);
            var sample = await model.ContinueAsync(prompt, item.Greedy.Length, cancellationToken);
            tally.Add(
                name,
                Parted(sample, item.Greedy, deviation, item.SmallestMargin, options)
                    ?? PartedTogether(together[index], item.Greedy, deviation, item.SmallestMargin, options),
                deviation,
                "a logit");
        }

        return tally.Result();
    }

    private static async Task<ReferenceFileCheck> LogLikelihoodsAsync(
        CheckedModel model,
        ReferenceFile file,
        IReadOnlyList<LogLikelihoodReference> items,
        ReferenceCheckOptions options,
        IProgress<ReferenceCheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        var tally = new ReferenceTally(file, ReferenceKind.LogLikelihoods, options.Tolerance);
        var shared = SharedLength(items);
        double right = 0, stated = 0, rightNormalized = 0, statedNormalized = 0;
        var count = 0;
        foreach (var (_, item) in Limited(items, options, file, progress, cancellationToken))
        {
            if (item.Continuations.Length == 0
                || item.Continuations.Length != item.LogLikelihoods.Length
                || item.Continuations.Any(string.IsNullOrEmpty))
            {
                throw new InputException(
                    file.Name,
                    $"{item.Id} has {item.Continuations.Length} continuations and {item.LogLikelihoods.Length} log-likelihoods, or an "
                        + "empty continuation.");
            }

            var scores = await ScoreAsync(model, item, shared, cancellationToken);
            var deviation = scores.Select((score, i) => Math.Abs(score - item.LogLikelihoods[i])).Max();
            // What is a tie within the tolerance in the reference may fall either way.
            var chosen = Largest(scores);
            var isChosen = item.LogLikelihoods[chosen] >= item.LogLikelihoods.Max() - 2 * options.Tolerance;
            tally.Add(item.Id, isChosen ? null : "another continuation is the most likely", deviation, "a log-likelihood");

            var gold = Gold(item);
            count++;
            stated += item.Acc;
            statedNormalized += item.AccNorm;
            right += chosen == gold ? 1 : 0;
            rightNormalized += Largest([.. scores.Select((score, i) => score / Characters(item.Continuations[i]))]) == gold ? 1 : 0;
        }

        return tally.Result(new(right / count, stated / count, rightNormalized / count, statedNormalized / count));
    }

    private static async Task<double[]> ScoreAsync(
        CheckedModel model, LogLikelihoodReference item, int shared, CancellationToken cancellationToken)
    {
        var prompt = model.Encoder.Encode(new CompletionPrompt(item.Prompt, shared));
        var sequences = item.Continuations.Select(continuation => model.Encoder.EncodeContinuation(prompt, [], "", continuation))
            .Select(static pair => new ScoredSequence(pair.Context, pair.Continuation))
            .ToArray();
        try
        {
            await using var read = await model.Engine.ReadAsync(prompt.Ids, prompt.SharedLength, cancellationToken);
            return [.. (await model.Engine.ScoreAsync(read, sequences, cancellationToken)).Select(static score => score.LogLikelihood)];
        }
        catch (ContextOverflowException)
        {
            // lm-evaluation-harness would cut the prompt's beginning: whatever it stated is not a reference for the whole prompt.
            return [.. item.Continuations.Select(static _ => double.NaN)];
        }
    }

    private static (string? Difference, int[] Ids) Encoded(CheckedModel model, ChatReference item)
    {
        var prompt = new ChatPrompt([.. item.Messages.Select(static message => new ChatMessage(message.Role, message.Content))], 0, Today);
        try
        {
            var rendered = string.Concat(model.Encoder.Render(prompt).Select(static segment => segment.Text));
            if (rendered != item.Rendered)
            {
                return ($"the rendered chat differs from character {rendered.AsSpan().CommonPrefixLength(item.Rendered) + 1} on", []);
            }

            var ids = model.Encoder.Encode(prompt).Ids;
            return (FirstDifference(ids, item.InputIds) is { } place ? $"token {place + 1} of the chat differs" : null, ids);
        }
        catch (TemplateRejectionException exception)
        {
            return ($"the chat template refuses it: {exception.Message}", []);
        }
    }

    /// <summary>
    /// Returns where the greedy tokens part from the reference's; where all else is equal, the reference may have had a choice too close to
    /// call.
    /// </summary>
    private static string? Parted(Sample sample, int[] expected, double deviation, double smallestMargin, ReferenceCheckOptions options) =>
        FirstDifference([.. sample.Tokens], expected) is { } place
            && !(deviation <= options.Tolerance && smallestMargin <= 2 * options.Tolerance)
            ? $"greedy token {place + 1} of {expected.Length} differs"
            : null;

    private static string? PartedTogether(
        Sample? sample, int[] expected, double deviation, double smallestMargin, ReferenceCheckOptions options) =>
        sample is not null && Parted(sample, expected, deviation, smallestMargin, options) is { } difference
            ? $"in a batch with the other prompts, {difference}"
            : null;

    /// <summary>Returns the deviation of the mean log-probability of the reference's greedy tokens.</summary>
    private static async Task<double> MeanDeviationAsync(
        CheckedModel model,
        ReadTokens prompt,
        Sample sample,
        int[] expected,
        double[] logProbabilities,
        CancellationToken cancellationToken)
    {
        var here = sample.Tokens.AsSpan().SequenceEqual(expected)
            ? sample.LogLikelihood
            : (await model.Engine.ScoreAsync(prompt, [new ScoredSequence(prompt.Ids, expected)], cancellationToken))[0].LogLikelihood;
        return Math.Abs(here - logProbabilities.Sum()) / expected.Length;
    }

    private static void CheckLengths(ReferenceFile file, string item, int[] greedy, double[] logProbabilities)
    {
        if (greedy.Length == 0 || greedy.Length != logProbabilities.Length)
        {
            throw new InputException(
                file.Name, $"{item} has {greedy.Length} greedy tokens and {logProbabilities.Length} log-probabilities.");
        }
    }

    internal static double LargestDeviation(ReadOnlySpan<float> logits, ReadOnlySpan<float> expected)
    {
        var largest = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            var deviation = Math.Abs((double)logits[i] - expected[i]);
            if (!(deviation <= largest))
            {
                largest = deviation;
            }
        }

        return largest;
    }

    internal static int? FirstDifference(ReadOnlySpan<int> ids, ReadOnlySpan<int> expected)
    {
        var common = ids.CommonPrefixLength(expected);
        return common == ids.Length && common == expected.Length ? null : common;
    }

    private static string? Decoded(CheckedModel model, int[] ids) =>
        ids.All(id => id >= 0 && id < model.Tokenizer.VocabularySize) ? model.Tokenizer.Decode(ids, skipSpecial: false) : null;

    /// <summary>Returns how many leading characters all prompts share: worked examples, which are then read once.</summary>
    private static int SharedLength(IReadOnlyList<LogLikelihoodReference> items)
    {
        if (items.Count < 2)
        {
            return 0;
        }

        return items.Skip(1).Min(item => item.Prompt.AsSpan().CommonPrefixLength(items[0].Prompt));
    }

    private static int Largest(double[] scores) => Array.IndexOf(scores, scores.Max());

    /// <summary>lm-evaluation-harness divides by the continuation's characters, the space in front aside.</summary>
    private static int Characters(string continuation) =>
        Math.Max(1, TemplateValues.CodePoints(continuation.StartsWith(' ') ? continuation[1..] : continuation));

    /// <summary>Returns the right continuation: named by its text, by its number or by its letter; −1 if it is none of these.</summary>
    private static int Gold(LogLikelihoodReference item)
    {
        var named = Array.FindIndex(item.Continuations, continuation => continuation.Trim() == item.Target);
        if (named >= 0)
        {
            return named;
        }

        if (int.TryParse(item.Target, out var number))
        {
            return number;
        }

        return Evaluation.Questions.OptionLetter.IndexOf(item.Target.Length == 1 ? item.Target[0] : '?') ?? -1;
    }

    private static IEnumerable<(int Index, T Item)> Limited<T>(
        IReadOnlyList<T> items,
        ReferenceCheckOptions options,
        ReferenceFile file,
        IProgress<ReferenceCheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        var count = Math.Min(items.Count, options.Limit ?? int.MaxValue);
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return (i, items[i]);
            progress?.Report(new(file.Name, i + 1, count));
        }
    }
}
