using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Inference.Tokenization;
using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Learning;

namespace MedQA.Tuning.Tests.Learning;

public sealed class ResumptionTests(TinyLlama tiny) : IDisposable
{
    private static readonly ImmutableArray<TuningExample> Examples = [.. TuningReference.Value.Examples.Select(static example => new TuningExample(example.PromptIds, example.AnswerIds))];

    private static readonly TuningSettings Settings = new() { Length = 4, Batch = 3, Steps = 9, DevEvery = 2, Seed = 7, LearningRate = 0.01 };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medqa-tune-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_tuning_that_is_stopped_and_goes_on_ends_with_the_same_bits(int stopAfter)
    {
        var whole = Tune(null, null, CancellationToken.None);
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => Tune(_folder.FullName, progress =>
        {
            if (progress.Loss.Step == stopAfter - 1)
            {
                stop.Cancel();
            }
        }, stop.Token, stopAfter == 1 ? stop : null));
        var resumed = Tune(_folder.FullName, null, CancellationToken.None);

        Assert.Equal(whole.SoftPrompt, resumed.SoftPrompt);
        Assert.Equal(whole.Best, resumed.Best);
        Assert.Equal(whole.Losses, resumed.Losses);
        Assert.Equal((whole.BestStep, whole.BestDevLoss), (resumed.BestStep, resumed.BestDevLoss));
    }

    [Fact]
    public void The_loss_falls_and_the_best_soft_prompt_is_that_of_the_lowest_dev_loss()
    {
        var state = Tune(null, null, CancellationToken.None);

        var best = state.Losses.Where(static loss => loss.DevLoss is not null).MinBy(static loss => loss.DevLoss)!;
        Assert.Equal((best.Step, best.DevLoss), (state.BestStep, state.BestDevLoss));
        var start = SoftPrompt.Begin(tiny.Decoder, Tokenizer.Load(tiny.Folder), SoftPromptStart.Vocabulary, null, Settings.Length, Settings.Seed);
        Assert.True(LossOf(state.SoftPrompt) < LossOf(start) - 0.02, $"{LossOf(start)} to {LossOf(state.SoftPrompt)}");
        Assert.Equal([2, 4, 6, 8, 9], state.Losses.Where(static loss => loss.DevLoss is not null).Select(static loss => loss.Step));
    }

    [Fact]
    public void A_checkpoint_of_other_settings_or_a_damaged_one_is_refused()
    {
        Tune(_folder.FullName, null, CancellationToken.None);

        Assert.Contains("another model, other data or other settings", Assert.Throws<InputException>(() => TuningState.Load(_folder.FullName, "other", new AdamW(4 * 64, 1, 0))).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.FullName, "state.json"), "{");
        Assert.Contains("to start over", Assert.Throws<UnusableException>(() => Tune(_folder.FullName, null, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_exemplar_is_learned_from_once_a_round_in_another_order_each_round()
    {
        var order = new ExampleOrder(3, 10);
        int[] rounds = [.. Enumerable.Range(1, 10).SelectMany(step => order.Batch(step, 4))];

        Assert.All(rounds.Chunk(10), round => Assert.Equal(Enumerable.Range(0, 10), round.Order()));
        Assert.NotEqual(rounds[..10], rounds[10..20]);
        Assert.Equal(order.Batch(7, 4), new ExampleOrder(3, 10).Batch(7, 4));
        Assert.NotEqual(order.Permutation(0), new ExampleOrder(4, 10).Permutation(0));
    }

    private double LossOf(float[] softPrompt) => PromptEvaluation.Of(tiny.Decoder, 1024, softPrompt, Examples[..6], withOptions: false, CancellationToken.None).Loss;

    private TuningState Tune(string? checkpoints, Action<TuningProgress>? progress, CancellationToken cancellationToken, CancellationTokenSource? stopAtOnce = null)
    {
        stopAtOnce?.Cancel();
        return new PromptTuning(tiny.Decoder, Tokenizer.Load(tiny.Folder), Settings, TimeProvider.System).Run(Examples[..6], Examples[6..], checkpoints, "test", progress, cancellationToken);
    }
}
