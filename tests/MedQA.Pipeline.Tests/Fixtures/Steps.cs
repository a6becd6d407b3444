using System.Threading.Channels;

namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>Holds a model before each question until the test lets it go on. A worker that asks one question at a time has then stored the answer before.</summary>
internal sealed class Steps
{
    private readonly Channel<string> _arrived = Channel.CreateUnbounded<string>();
    private readonly SemaphoreSlim _go = new(0);

    /// <summary>For <see cref="ScriptedModel.Before"/>.</summary>
    public async Task BeforeAsync(string text, CancellationToken cancellationToken)
    {
        _arrived.Writer.TryWrite(text);
        await _go.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until the next question waits.</summary>
    public async Task ArrivedAsync() => await _arrived.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets the waiting question go on, and those that come behind it up to a number.</summary>
    public void Go(int questions = 1) => _go.Release(questions);
}
