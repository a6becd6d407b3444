using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Uploading;

/// <summary>Which uploads were handled, in the partition <c>uploads</c> of the table of runs: a host that scans the container does not take an old upload for a new one, whatever model or profile it has now.</summary>
internal sealed class UploadReceipts(TableClient table)
{
    private const string Partition = "uploads";

    private readonly HashSet<string> _known = [];
    private bool _loaded;

    /// <summary>Reads what was handled before this process began.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_loaded)
        {
            return;
        }

        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), select: ["RowKey"], cancellationToken: cancellationToken))
        {
            _known.Add(row.RowKey);
        }

        _loaded = true;
    }

    /// <summary>Whether this version of a blob was handled.</summary>
    public bool Contains(string blob, ETag etag) => _known.Contains(KeyOf(blob, etag));

    /// <summary>Notes that this version of a blob was handled.</summary>
    public async Task AddAsync(string blob, ETag etag, RunId? run, CancellationToken cancellationToken)
    {
        var key = KeyOf(blob, etag);
        var entity = new TableEntity(Partition, key) { ["Blob"] = blob, ["Run"] = run?.ToString() ?? "" };
        await table.UpsertEntityAsync(entity, TableUpdateMode.Replace, cancellationToken);
        _known.Add(key);
    }

    /// <summary>Forgets the uploads of a run that cannot go on, so that they are looked at again: where its blobs are lost, that makes it again.</summary>
    public async Task ForgetAsync(RunId run, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and Run eq {run.ToString()}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
        {
            await table.DeleteEntityAsync(Partition, row.RowKey, ETag.All, cancellationToken);
            _known.Remove(row.RowKey);
        }
    }

    private static string KeyOf(string blob, ETag etag) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{etag:G} {blob}")).AsSpan(0, 16));
}
