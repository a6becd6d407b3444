using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;

namespace MedQA.Pipeline.Tests.Profiles;

public sealed class ProfileCatalogTests(AzuriteFixture azurite) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-profiles-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Profile Usual => BuiltInProfiles.Default;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(5, null, "self-consistency-samples-5")]
    [InlineData(null, 7L, "self-consistency-seed-7")]
    [InlineData(5, 7L, "self-consistency-samples-5-seed-7")]
    [InlineData(11, -3L, "self-consistency-seed--3")]
    [InlineData(1, long.MinValue, "self-consistency-samples-1-seed--9223372036854775808")]
    [InlineData(11, 1L, "self-consistency")]
    public async Task A_variation_has_a_name_by_which_everybody_derives_it(int? samples, long? seed, string name)
    {
        var varied = ProfileVariation.Of(Usual, samples, seed);
        Assert.Equal(name, varied.Name);
        Assert.Equal(CanonicalJson.Of(Usual with { Name = name, Samples = samples ?? 11, Seed = seed ?? 1 }), CanonicalJson.Of(varied));
        Assert.Equal(CanonicalJson.Of(varied), CanonicalJson.Of((await Catalog().FindAsync(name, Cancel))!));
    }

    [Fact]
    public void A_variation_has_the_run_that_it_had_when_its_profile_was_saved_in_a_file()
    {
        // What earlier versions derived and saved, and the run that they made of it.
        var saved = Usual with { Name = "self-consistency-samples-5-seed-7", Samples = 5, Seed = 7 };
        foreach (var profile in (Profile[])[saved, ProfileVariation.Of(Usual, 5, 7)])
        {
            Assert.Equal(
                "ayqo4ck3sthcqorg",
                RunIdentity.Of($"{profile.Name}/cases.csv", new StoredVersion("0x8DC"), profile.Name, profile, null, new string('f', 64)).ToString());
        }
    }

    [Theory]
    [InlineData("self-consistency-samples-05")]
    [InlineData("self-consistency-samples-0")]
    [InlineData("self-consistency-samples-1001")]
    [InlineData("self-consistency-samples--5")]
    [InlineData("self-consistency-samples-")]
    [InlineData("self-consistency-seed-9223372036854775808")]
    [InlineData("self-consistency-seed--0")]
    [InlineData("self-consistency-seed-+1")]
    [InlineData("none-samples-5")]
    [InlineData("-samples-5")]
    [InlineData("samples-5")]
    [InlineData("self-consistency-samples-5x")]
    public async Task A_name_that_no_variation_has_is_unknown(string name) => Assert.Null(await Catalog().FindAsync(name, Cancel));

    [Fact]
    public async Task A_variation_that_the_strategy_does_not_allow_is_refused_with_the_reason()
    {
        var fault = await Assert.ThrowsAsync<InputException>(() => Catalog().FindAsync("few-shot-samples-5", Cancel));
        Assert.Contains("\"samples\" is 5, but few-shot takes exactly 1", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => ProfileVariation.Of(BuiltInProfiles.Find("few-shot")!, 5, null));
        Assert.Throws<InputException>(() => ProfileVariation.Of(Usual, 1001, null));
    }

    [Fact]
    public void A_name_that_gets_too_long_is_refused_and_says_what_to_do()
    {
        var longest = Usual with { Name = new string('x', 55) };
        Assert.Equal(64, ProfileVariation.Of(longest, null, 123).Name.Length);
        var fault = Assert.Throws<InputException>(() => ProfileVariation.Of(longest, null, 1234));
        Assert.Contains("has 65 characters, but a name has at most 64. Give the profile a shorter name.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_earlier_versions_that_are_exactly_variations_are_not_listed_but_found()
    {
        Write("mine", """{ "name": "mine", "strategy": "self-consistency", "exemplars": 0, "exemplarSet": null }""");
        var mine = ProfileReader.Parse(File.ReadAllBytes(Path.Combine(_folder, "mine.json")), "mine");
        Write("self-consistency-samples-3", CanonicalJson.Of(ProfileVariation.Of(Usual, 3, null)));
        Write("mine-seed-4", CanonicalJson.Of(ProfileVariation.Of(mine, null, 4)));
        Write("mine-seed-5", CanonicalJson.Of(mine with { Name = "mine-seed-5", Seed = 6 }));
        Write("gone-samples-2", CanonicalJson.Of(Usual with { Name = "gone-samples-2", Samples = 2 }));
        Write("mine-samples-6", "{");
        string[] builtIn = [.. BuiltInProfiles.All.Select(static profile => profile.Name)];

        // In a folder of the host a file is what it says; what earlier versions saved counts less than what a name says.
        foreach (var (catalog, listed, seed) in ((ProfileCatalog, string[], long)[])
            [(Catalog(), ["gone-samples-2", "mine", "mine-seed-5"], 6),
                (new ProfileCatalog(new ProfileFolder(null), earlier: new ProfileFolder(_folder)), ["gone-samples-2", "mine"], 5)])
        {
            var broken = new List<InputException>();
            var names = (await catalog.ListAsync(broken.Add, Cancel)).Select(static profile => profile.Name);
            Assert.Equal([.. builtIn, .. listed], names);
            Assert.Equal(seed == 6 ? 1 : 0, broken.Count);
            Assert.Equal(3, (await catalog.FindAsync("self-consistency-samples-3", Cancel))!.Samples);
            Assert.Equal(seed, (await catalog.FindAsync("mine-seed-5", Cancel))!.Seed);
            Assert.Equal((2, 4), ((await catalog.FindAsync("mine-samples-2-seed-4", Cancel))!.Samples, (await catalog.FindAsync("mine-samples-2-seed-4", Cancel))!.Seed));
        }
    }

    [Theory]
    [InlineData("quick-samples-3", "quick")]
    [InlineData("quick-seed-1", "quick")]
    [InlineData("quick-seed-1-samples-3", "quick")]
    [InlineData("quick-samples-5-seed-1", "quick-samples-5")]
    [InlineData("quick-seed-7-samples-5", "quick-samples-5-seed-7")]
    [InlineData("quick-samples-9-samples-5", "quick-samples-5")]
    [InlineData("quick-samples-9-seed-7-samples-3", "quick-seed-7")]
    [InlineData("quick-samples-9-seed-4-samples-5-seed-7", "quick-samples-5-seed-7")]
    [InlineData("few-shot-samples-1-seed-7", "few-shot-seed-7")]
    [InlineData("quick-samples-9", "quick-samples-5-seed-7", 5, 7L)]
    [InlineData("quick-seed-7", "quick", 3, 1L)]
    public async Task A_variation_has_one_name_however_it_is_spelled(string spelled, string name, int? samples = null, long? seed = null)
    {
        var found = await new ProfileCatalog(new Bench.OneProfile()).FindAsync(spelled, null, samples, seed, Cancel);
        Assert.Equal(name, found!.Name);
        Assert.Equal(CanonicalJson.Of((await new ProfileCatalog(new Bench.OneProfile()).FindAsync(name, Cancel))!), CanonicalJson.Of(found));
    }

    [Fact]
    public async Task A_variation_in_a_file_of_the_host_is_the_same_as_without_the_file()
    {
        Write("self-consistency-seed-7", CanonicalJson.Of(ProfileVariation.Of(Usual, null, 7)));
        Assert.Equal("self-consistency-samples-5-seed-7", (await Catalog().FindAsync("self-consistency-seed-7-samples-5", Cancel))!.Name);
    }

    [Fact]
    public async Task What_a_name_says_of_a_profile_goes_before_what_an_older_version_stored_under_the_name()
    {
        var storage = await azurite.NewAsync();
        var (store, catalog) = (new ProfileStore(storage), Catalog(storage));
        var mine = Usual with { Name = "mine", Samples = 4 };
        Assert.True(await store.TryPutAsync(ProfileVariation.Of(mine, 5, null), Cancel));
        Assert.True(await store.TryPutAsync(mine with { Name = "mine-samples-6", Samples = 6, MaxTokens = 9 }, Cancel));

        // Without a profile to vary they are what they are.
        Assert.Equal([9, null], [(await catalog.FindAsync("mine-samples-6", Cancel))?.MaxTokens, (await catalog.FindAsync("mine", Cancel))?.MaxTokens]);
        Assert.Equal(["mine-samples-5", "mine-samples-6"], (await catalog.NamesAsync(Cancel)).Except(BuiltInProfiles.All.Select(static one => one.Name)));

        Assert.True(await store.TryPutAsync(mine with { Seed = 8 }, Cancel));
        foreach (var samples in (int[])[5, 6])
        {
            var said = await catalog.FindAsync($"mine-samples-{samples}", Cancel);
            Assert.Equal(CanonicalJson.Of(ProfileVariation.Of(mine with { Seed = 8 }, samples, null)), CanonicalJson.Of(said!));
            Assert.Equal(CanonicalJson.Of(said!), CanonicalJson.Of((await catalog.FindAsync("mine", null, samples, null, Cancel))!));
        }

        // The list names those that are hidden so, and they can be deleted.
        var hidden = new List<InputException>();
        Assert.Equal(["mine"], (await catalog.ListAsync(hidden.Add, Cancel)).Select(static one => one.Name).Except(BuiltInProfiles.All.Select(static one => one.Name)));
        Assert.Equal(["Profile mine-samples-5", "Profile mine-samples-6"], hidden.Select(static fault => fault.Location.Source));
        Assert.All(hidden, static fault => Assert.Contains("is not used. Delete it, or store it under another name.", fault.Message, StringComparison.Ordinal));
        Assert.Equal(ProfileChange.Done, await catalog.DeleteAsync("mine-samples-6", Cancel));
        hidden.Clear();
        await catalog.ListAsync(hidden.Add, Cancel);
        Assert.Single(hidden);
    }

    [Fact]
    public async Task A_new_profile_takes_no_name_from_a_stored_one()
    {
        var storage = await azurite.NewAsync();
        var (store, catalog) = (new ProfileStore(storage), Catalog(storage));
        var mine = Usual with { Name = "mine" };
        Assert.Equal(ProfileChange.Done, await catalog.PutAsync(mine with { Name = "mine-samples-5-seed-7", MaxTokens = 9 }, Cancel));
        Assert.Equal(ProfileChange.NameInUse, await catalog.PutAsync(mine, Cancel));
        Assert.Equal(ProfileChange.Done, await catalog.PutUnlistedAsync(mine, Cancel));
        Assert.Equal(ProfileChange.Done, await catalog.DeleteAsync("mine-samples-5-seed-7", Cancel));
        Assert.True(await store.TryPutAsync(ProfileVariation.Of(mine, 5, null), Cancel));
        Assert.Equal(ProfileChange.Done, await catalog.PutAsync(mine, Cancel));

        // An exact variation is known without being stored, and another is refused.
        Assert.Equal(ProfileChange.Done, await catalog.PutAsync(ProfileVariation.Of(mine, 8, null), Cancel));
        Assert.Equal(["mine", "mine-samples-5"], (await store.NamesAsync(Cancel)).Order(StringComparer.Ordinal));
        Assert.Equal(ProfileChange.OtherVariation, await catalog.PutAsync(mine with { Name = "mine-samples-8" }, Cancel));
    }

    [Fact]
    public async Task Profiles_of_one_name_are_found_by_their_hashes_and_no_name_changes()
    {
        var storage = await azurite.NewAsync();
        var catalog = Catalog(storage);
        Profile[] both = [Usual with { Name = "mine", MaxTokens = 7 }, Usual with { Name = "mine", MaxTokens = 8 }];
        foreach (var one in both)
        {
            Assert.Equal(ProfileChange.Done, await catalog.PutUnlistedAsync(one, Cancel));
        }

        Assert.Null(await catalog.FindAsync("mine", Cancel));
        Assert.Empty(await new ProfileStore(storage).NamesAsync(Cancel));
        foreach (var one in both)
        {
            var hash = CanonicalJson.HashOf(one);
            Assert.Equal(one.MaxTokens, (await catalog.FindAsync("mine", hash, null, null, Cancel))!.MaxTokens);
            var varied = (await catalog.FindAsync("mine", hash, 5, null, Cancel))!;
            Assert.Equal(("mine-samples-5", one.MaxTokens), (varied.Name, varied.MaxTokens));

            // So a folder of that name and the hash of the profile that it varies mean the variation.
            Assert.Equal(CanonicalJson.Of(varied), CanonicalJson.Of((await catalog.FindAsync("mine-samples-5", hash, null, null, Cancel))!));
        }

        // A stored one is found after another has replaced it, and after that was deleted.
        Assert.Equal(ProfileChange.Done, await catalog.PutAsync(Usual with { Name = "mine", MaxTokens = 9 }, Cancel));
        var first = CanonicalJson.HashOf((await catalog.FindAsync("mine", Cancel))!);
        Assert.Equal(ProfileChange.Done, await catalog.PutAsync(both[0], Cancel));
        Assert.Equal(ProfileChange.Done, await catalog.DeleteAsync("mine", Cancel));
        Assert.Equal(9, (await catalog.FindAsync("mine", first, null, null, Cancel))!.MaxTokens);
        Assert.Null(await catalog.FindAsync("other", first, null, null, Cancel));
        Assert.Null(await catalog.FindAsync("mine", new string('0', 64), null, null, Cancel));
        Assert.Null(await catalog.FindAsync("mine", "../profiles/mine", null, null, Cancel));

        // The host's own profiles, and their variations, are nobody else's.
        Assert.Equal(ProfileChange.OfHost, await catalog.PutUnlistedAsync(Usual with { MaxTokens = 9 }, Cancel));
        Assert.Equal(ProfileChange.Done, await catalog.PutUnlistedAsync(Usual, Cancel));
        Assert.Equal(ProfileChange.OtherVariation, await catalog.PutUnlistedAsync(Usual with { Name = "self-consistency-samples-5" }, Cancel));

        // So are those of a further model of the host, as that has them.
        var further = new OneProfile(Usual with { MaxTokens = 9 });
        Assert.Equal(ProfileChange.Done, await catalog.PutUnlistedAsync(Usual with { MaxTokens = 9 }, Cancel, further));
        Assert.Equal(ProfileChange.Done, await catalog.PutUnlistedAsync(Usual, Cancel, further));
        Assert.Equal(ProfileChange.OfHost, await catalog.PutUnlistedAsync(Usual with { MaxTokens = 8 }, Cancel, further));
        Assert.Equal(ProfileChange.OfHost, await catalog.PutUnlistedAsync(Usual with { Name = "own", MaxTokens = 8 }, Cancel, new OneProfile(Usual with { Name = "own" })));
    }

    private sealed record OneProfile(Profile Profile) : IProfileSource
    {
        public IReadOnlyList<string> Names => [Profile.Name];

        public Profile? Find(string name) => name == Profile.Name ? Profile : null;
    }

    [Fact]
    public async Task A_profile_that_was_not_put_for_a_month_is_kept_no_longer()
    {
        var storage = await azurite.NewAsync();
        var time = new SkewedTime(TimeSpan.Zero);
        var store = new ProfileStore(storage, time);
        var (old, again, now) = (Usual with { Name = "old" }, Usual with { Name = "again" }, Usual with { Name = "now" });
        await store.KeepAsync(old, Cancel);
        time.Ahead = ProfileStore.KeptFor - TimeSpan.FromMinutes(5);
        await store.KeepAsync(now, Cancel);
        Assert.NotNull(await store.FindKeptAsync("old", CanonicalJson.HashOf(old), Cancel));
        time.Ahead = ProfileStore.KeptFor + TimeSpan.FromMinutes(5);
        await store.KeepAsync(again, Cancel);
        Assert.Null(await store.FindKeptAsync("old", CanonicalJson.HashOf(old), Cancel));
    }

    [Fact]
    public async Task Profiles_of_earlier_versions_can_be_deleted()
    {
        Write("mine", """{ "name": "mine", "strategy": "few-shot" }""");
        Write("torn", "{");
        var catalog = new ProfileCatalog(new ProfileFolder(null), new ProfileStore(await azurite.NewAsync()), new ProfileFolder(_folder));
        Assert.Equal(ProfileChange.Done, await catalog.DeleteAsync("mine", Cancel));
        Assert.Equal(ProfileChange.Done, await catalog.DeleteAsync("torn", Cancel));
        Assert.Empty(Directory.EnumerateFiles(_folder));
        Assert.Equal(ProfileChange.Unknown, await catalog.DeleteAsync("mine", Cancel));
        Assert.Equal(ProfileChange.OfHost, await catalog.DeleteAsync("few-shot", Cancel));
    }

    [Fact]
    public async Task A_run_that_an_earlier_version_began_under_another_spelling_stays_that_run()
    {
        var bench = new Bench(await azurite.NewAsync());
        const string Blob = "quick-seed-7-samples-2/cases.csv";
        StoredVersion etag = await bench.UploadAsync(Blob, Bench.Csv(2));
        var spelled = Bench.Quick with { Name = "quick-seed-7-samples-2", Samples = 2, Seed = 7 };
        var model = bench.Model.Description.Fingerprint;
        var begun = RunIdentity.Of(Blob, etag, spelled.Name, spelled, null, model);
        await new UploadReceipts(bench.Storage).AddAsync(Blob, etag, begun, model, Cancel);
        await new UploadReceipts(bench.Storage).ForgetAsync(begun, model, Cancel);

        var outcome = await bench.Splitter.OnUploadAsync(Blob, etag, Cancel);
        Assert.Equal((SplitResult.Created, begun), (outcome.Result, outcome.Run!.Value));
        Assert.Equal("quick-seed-7-samples-2", (await bench.Reader.GetManifestAsync(begun, Cancel))!.Protocol!.Profile.Name);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(begun)).State);

        // A new upload of such a folder is asked with the variation by its own name.
        var anew = await bench.StartAsync(2, "quick-seed-8-samples-2/cases.csv");
        var manifest = (await bench.Reader.GetManifestAsync(anew, Cancel))!;
        Assert.Equal(("quick-samples-2-seed-8", "quick-samples-2-seed-8"), (manifest.ProfileName, manifest.Protocol!.Profile.Name));
    }

    [Fact]
    public async Task A_folder_of_the_uploads_can_name_a_variation()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(2, "quick-samples-2-seed--4/cases.csv");

        var manifest = (await bench.Reader.GetManifestAsync(run, Cancel))!;
        Assert.Equal("quick-samples-2-seed--4", manifest.ProfileName);
        Assert.Equal((2, -4), (manifest.Protocol!.Profile.Samples, manifest.Protocol.Profile.Seed));
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
    }

    private ProfileCatalog Catalog() => new(new ProfileFolder(_folder));

    private ProfileCatalog Catalog(RunStorage storage) => new(new ProfileFolder(_folder), new ProfileStore(storage));

    private void Write(string name, string json) => File.WriteAllText(Path.Combine(_folder, $"{name}.json"), json);

    private void Write(string name, byte[] json) => File.WriteAllBytes(Path.Combine(_folder, $"{name}.json"), json);
}
