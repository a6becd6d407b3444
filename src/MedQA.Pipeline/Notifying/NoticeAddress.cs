namespace MedQA.Pipeline.Notifying;

/// <summary>An address to which notices of ended runs may be sent.</summary>
/// <param name="Name">How runs name it: lowercase letters, digits and hyphens.</param>
/// <param name="Url">The address. It can contain a secret, so it is neither stored nor logged nor returned.</param>
public sealed record NoticeAddress(string Name, Uri Url);
