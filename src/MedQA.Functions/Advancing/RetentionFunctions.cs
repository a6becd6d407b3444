using MedQA.Pipeline.Advancing;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.Advancing;

/// <summary>Deletes what is older than the settings say, as a person would: <see cref="RunAdvancer"/> obeys.</summary>
public sealed class RetentionFunctions(RunRetention retention)
{
    /// <summary>Looks every hour. Where no setting says how long things are kept, and there is no budget, nothing is looked at.</summary>
    [Function(nameof(OnRetention))]
    public Task OnRetention([TimerTrigger("0 23 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => retention.SweepAsync(cancellationToken);
}
