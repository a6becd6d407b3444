using System.Threading.Channels;

namespace MedQA.Testing;

/// <summary>
/// Holds a model before each question until the test lets it go on. A worker that asks one question at a time has then stored the answer
/// to the one before.
/// </summary>
public sealed class Steps
{
    private readonly Channel<bool> _arrived = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _go = Channel.CreateUnbounded<bool>();

    /// <summary>What the model does before each question.</summary>
    public async Task BeforeAsync(CancellationToken cancellationToken)
    {
        _arrived.Writer.TryWrite(true);
        await _go.Reader.ReadAsync(cancellationToken);
    }

    /// <summary>Waits until the next question waits.</summary>
    public async Task ArrivedAsync() => await _arrived.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets the waiting question go on, and those that come behind it up to a number.</summary>
    public void Go(int questions = 1)
    {
        for (var question = 0; question < questions; question++)
        {
            _go.Writer.TryWrite(true);
        }
    }
}
