using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Pipeline.Notifying;

/// <summary>
/// The symmetric signature of Standard Webhooks 1.0.0
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
/// </summary>
internal static class WebhookSignature
{
    /// <summary>Returns the header <c>webhook-signature</c>: one signature per key, separated by spaces.</summary>
    /// <param name="id">The message's id, without a full stop.</param>
    /// <param name="timestamp">When it is sent, in seconds of Unix time.</param>
    /// <param name="body">Its body.</param>
    /// <param name="keys">The keys.</param>
    public static string Of(string id, long timestamp, ReadOnlySpan<byte> body, IEnumerable<ImmutableArray<byte>> keys)
    {
        byte[] content = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return string.Join(' ', keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key.AsSpan(), content))}"));
    }
}
