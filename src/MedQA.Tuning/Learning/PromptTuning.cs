using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Tokenization;
using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Transformers;

namespace MedQA.Tuning.Learning;

/// <summary>How far a tuning is.</summary>
/// <param name="Loss">The step and its losses.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="TokensPerSecond">Tokens that were read and learned from in a second, soft prompt included.</param>
/// <param name="Left">The time that the remaining steps will take.</param>
internal sealed record TuningProgress(SoftPromptLoss Loss, int Steps, double TokensPerSecond, TimeSpan Left);

/// <summary>
/// Learns a soft prompt with the model frozen (Lester et al. 2021; instruction prompt tuning of Singhal et al. 2023): AdamW on the mean
/// cross-entropy of the exemplars' answers behind it. The result is a function of model, exemplars and settings on one kind of processor
/// with one number of threads, whether the tuning was stopped on the way or not.
/// </summary>
internal sealed class PromptTuning(Decoder decoder, Tokenizer tokenizer, TuningSettings settings, TimeProvider time)
{
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(5);
    private readonly PromptGradient _gradient = new(decoder, settings.MicroTokens);

    /// <summary>Tunes, or goes on where a checkpoint stands.</summary>
    /// <param name="exemplars">What to learn from.</param>
    /// <param name="dev">What the best soft prompt is chosen by; empty to keep the last one.</param>
    /// <param name="checkpoints">The folder of checkpoints, or <see langword="null"/> for none.</param>
    /// <param name="signature">What identifies the tuning.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellationToken">Ends the tuning after the current step, with a checkpoint.</param>
    /// <exception cref="InputException">The checkpoint cannot be used, or the loss is no number any more.</exception>
    public TuningState Run(
        ImmutableArray<TuningExample> exemplars,
        ImmutableArray<TuningExample> dev,
        string? checkpoints,
        string signature,
        Action<TuningProgress>? progress,
        CancellationToken cancellationToken)
    {
        var optimizer = new AdamW(settings.Length * decoder.Shape.Hidden, settings.LearningRate, settings.WeightDecay);
        var state = (checkpoints is null ? null : TuningState.Load(checkpoints, signature, optimizer))
            ?? new()
            {
                SoftPrompt = SoftPrompt.Begin(decoder, tokenizer, settings.Start, settings.StartText, settings.Length, settings.Seed),
                Optimizer = optimizer
            };
        var order = new ExampleOrder(settings.Seed, exemplars.Length);
        var (started, saved, first, tokens) = (time.GetTimestamp(), time.GetTimestamp(), state.Step, 0L);
        while (state.Step < settings.Steps)
        {
            TuningExample[] batch = [.. order.Batch(state.Step + 1, settings.Batch).Select(index => exemplars[index])];
            var (loss, gradient) = _gradient.Compute(state.SoftPrompt, batch);
            if (!double.IsFinite(loss) || !Array.TrueForAll(gradient, float.IsFinite))
            {
                throw new InputException(
                    $"The loss of step {state.Step + 1} is no number any more. Tune again with a lower --learning-rate.");
            }

            state.Step++;
            optimizer.Update(state.SoftPrompt, gradient, state.Step);
            var devLoss = dev.Length > 0 && (state.Step % settings.DevEvery == 0 || state.Step == settings.Steps)
                ? DevLoss(state.SoftPrompt, dev)
                : (double?)null;
            if (devLoss < state.BestDevLoss)
            {
                (state.Best, state.BestStep, state.BestDevLoss) = ([.. state.SoftPrompt], state.Step, devLoss.Value);
            }

            state.Losses.Add(new(state.Step, loss, devLoss));
            var stopped = cancellationToken.IsCancellationRequested;
            if (checkpoints is not null && (stopped || state.Step == settings.Steps || time.GetElapsedTime(saved) >= BetweenCheckpoints))
            {
                state.Save(checkpoints, signature);
                saved = time.GetTimestamp();
            }

            tokens += batch.Sum(static example => example.Length) + settings.Length;
            var elapsed = time.GetElapsedTime(started);
            progress?.Invoke(
                new(state.Losses[^1], settings.Steps, tokens / Math.Max(
                    elapsed.TotalSeconds, 1e-9), elapsed / (state.Step - first) * (settings.Steps - state.Step)));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return state;
    }

    private double DevLoss(float[] softPrompt, ImmutableArray<TuningExample> dev) =>
        PromptEvaluation.Of(decoder, settings.MicroTokens, softPrompt, dev, withOptions: false, CancellationToken.None).Loss;
}
