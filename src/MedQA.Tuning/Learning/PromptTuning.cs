using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Tokenization;
using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Transformers;

namespace MedQA.Tuning.Learning;

/// <summary>The progress of a tuning.</summary>
/// <param name="Loss">The step and its losses.</param>
/// <param name="Steps">The total number of steps.</param>
/// <param name="TokensPerSecond">Tokens processed per second, including the soft prompt.</param>
/// <param name="Left">The estimated remaining time.</param>
internal sealed record TuningProgress(SoftPromptLoss Loss, int Steps, double TokensPerSecond, TimeSpan Left);

/// <summary>
/// Learns a soft prompt with the model frozen (Lester et al. 2021; instruction prompt tuning of Singhal et al. 2023): AdamW on the mean
/// cross-entropy of the exemplars' answers after it. The result depends only on model, exemplars and settings, given the kind of processor
/// and the number of threads, even if the tuning was interrupted.
/// </summary>
internal sealed class PromptTuning(Decoder decoder, Tokenizer tokenizer, TuningSettings settings, TimeProvider time)
{
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(5);
    private readonly PromptGradient _gradient = new(decoder, settings.MicroTokens);

    /// <summary>Tunes, or continues from a checkpoint.</summary>
    /// <param name="exemplars">The exemplars.</param>
    /// <param name="dev">The questions for choosing the best soft prompt; empty to keep the last one.</param>
    /// <param name="checkpoints">The folder of checkpoints, or <see langword="null"/> for none.</param>
    /// <param name="signature">The identity of the tuning.</param>
    /// <param name="progress">Receives the progress after each step.</param>
    /// <param name="cancellationToken">Ends the tuning after the current step, with a checkpoint.</param>
    /// <exception cref="InputException">The checkpoint is unusable, or the loss became NaN or infinite.</exception>
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
                    new FaultLocation(),
                    $"The loss diverged at step {state.Step + 1}",
                    "Tune again with a lower --learning-rate");
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
