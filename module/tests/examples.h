/* SPDX-License-Identifier: GPL-2.0 */
/* The examples of docs/protocol-examples.md; made by selftests/peer/examples.py. */
#ifndef _JVPN_TESTS_EXAMPLES_H
#define _JVPN_TESTS_EXAMPLES_H

#include "../control.h"
#include "../wire.h"

#define EXAMPLE_INITIATOR \
	"1ad5b27a410e23ba2f0d70382596227f4ad23dfa4c8b423253d1a5cf0302a19b"
#define EXAMPLE_INITIATOR_PUBLIC \
	"3421d83eb3ab473c2868fa4c4665affba269a07419a33aa2bcf7f7a5fb7f0019"
#define EXAMPLE_RESPONDER \
	"698525dc4763c60deff7caddfe92b380c8dbae2142695957406828c849f5eced"
#define EXAMPLE_RESPONDER_PUBLIC \
	"a0faf989360c492e24d3fee2a09d8cd007e6a151d5009b2bc9c55a74ab4c4764"
#define EXAMPLE_PSK \
	"795e547a2e5a698e1b3c03a91e4b80b960f6aa039e2ec6a735fdae8137023569"
#define EXAMPLE_COOKIE \
	"79a6e5009fda7485484deb6a28ae9db2"
#define EXAMPLE_COOKIE_REPLY \
	"03000000010c0b0ad4adae669a58160a4e89900197e6d90a8d6b013bf892f521" \
	"53e5851f51089cd033445249898c09510534ef1578f66c50b16cca8cb2a37649"
#define EXAMPLE_NOTICE \
	"06000000040c0b0a2ddfe40b26fb0292dce09519b62b4839"
#define EXAMPLE_LINEAGE_0 \
	"136926fd1184e6f21a613267a9ed3fed"
#define EXAMPLE_CREATE_INIT_EPHEMERAL \
	"cdd3a5f86e76a20e6bd015679db404891991df8f6d11416a143ed6b250e1c9b6"
#define EXAMPLE_CREATE_RESPONSE_EPHEMERAL \
	"fe11f46f2a24c0d9173b6cc6de75ac4cf88633fd74f7b193d3d410b913cf5eee"
#define EXAMPLE_CREATE_PSK \
	"795e547a2e5a698e1b3c03a91e4b80b960f6aa039e2ec6a735fdae8137023569"
#define EXAMPLE_CREATE_CHAINING_KEY \
	"cd5136304234f935ca8ce156e7addc8b3e2411a2c5a26026cbfd9cd159f50cfb"
#define EXAMPLE_CREATE_HASH \
	"96a6f159eff89d09089aa2872922208ab3c922e88eea36da79e74a24e9775f0a"
#define EXAMPLE_CREATE_INIT \
	"01000000010c0b0acd7c292088405cbe56ca6b2509c563a15b9f632f2208cbc2" \
	"2e4efc7de03c044a7397c44541c0da9205fe0702be1d0e5e1a30627facf2d8cf" \
	"86a3ed996a0ff7cf2270020b6fc50ef3b2acc0a66051314546da10dc728b15cb" \
	"84e09bd737edc57a627c085cfb1fa2ebb8e7ce3bcb9ebd7115926aa3d9714da8" \
	"a880cce2828194da852a617c817601bad8a86a61285fafcfdc3641c54176e403" \
	"78628789a27f08d40da0719381a398af6ddb3eb5824d4ae9edb3d97e38d8c00b" \
	"7459d59cbc2e1dd5640298efab1afd067aacaf99e3d4ae290000000000000000" \
	"0000000000000000"
#define EXAMPLE_CREATE_RESPONSE \
	"02000000020c0b0a010c0b0aef0d9ea9a411829b2acf116df92340c6a71c55c9" \
	"9429ccf16da7ec1dbf25122b93cc0294e69d155839ffe27e3552e6418c6efdfd" \
	"fc70f7aaa502ae709a79d6828cc69d1440369f9fb7072cea2290143862bf3587" \
	"52514ed7d3a9c187ce8e55b88c2cf5a8372549b4ee48ca850ab37bcdccef648f" \
	"74b58be64ae3ad2bce9030b294e5d462165e3e18c75d368b484b87ff971bcdd9" \
	"c8101d7491bf3fe54c72f9794d98c8f321a6453be5429e0c8069b11c29b3defa" \
	"3da737d600000000000000000000000000000000"
#define EXAMPLE_CREATE_TO_RESPONDER \
	"b698ce42f81c6388d681d071d97d8d30262c3c4ebbc507d1f71eba96c631909e"
#define EXAMPLE_CREATE_TO_INITIATOR \
	"e6ce85a25c5e9f0125911c54f920fc40d49b9b36620cbb897019913191e2d352"
#define EXAMPLE_CREATE_SESSION_ID \
	"0299284ca08ff9e368ec3e9f0539634b"
#define EXAMPLE_CREATE_ROOT \
	"068b2babeb7cb4289cd59f00b9378bf92f81f5eb839379377807e1710ce1512e"
#define EXAMPLE_CREATE_FINAL_HASH \
	"5639cf67de2ed3de7db791d9df32860926e0262130fe720f9c799824dc75c2a0"
#define EXAMPLE_CREATE_AGAIN_INIT_EPHEMERAL \
	"754edb45feffd3c046108bea039d0c644710ef3230ed8ac35de56497c91885f2"
#define EXAMPLE_CREATE_AGAIN_RESPONSE_EPHEMERAL \
	"a4f7a238ce5ca26cef48706a0e34099bfa64df61dde6fec5cf4480df1aefecdb"
#define EXAMPLE_CREATE_AGAIN_PSK \
	"795e547a2e5a698e1b3c03a91e4b80b960f6aa039e2ec6a735fdae8137023569"
#define EXAMPLE_CREATE_AGAIN_CHAINING_KEY \
	"98294971e6dd8b4fa3f7228d9bc255ee0016d5e38ede2b003189633c48890491"
#define EXAMPLE_CREATE_AGAIN_HASH \
	"81ea5bde85c3977e67ab32b4bf23a2f58d8004ec80f100b3a0d38cb65ce131c9"
#define EXAMPLE_CREATE_AGAIN_INIT \
	"01000000010c0b0a27a3b9e2d7c453bcef47dd69c9a4cf783defb0d9bf0682c6" \
	"2f6aea7fbbc41877221996abfa38236d17589fe30601ee935b20785189f8d535" \
	"c3ce7ec9e42ebf9778e9a6cfd104ad77943a98327d936468ad0415061be1e17f" \
	"772d3eab66628644ac8ea613cdfe214680ef473cc36583de702b394890e2994e" \
	"bb6e6d7ca1b59bf03e28a0aaaf65e0746340364a1c6f0fff45c6501b8e42ed0e" \
	"764a2a24bec63c28897768b21541965456bf73abf2d4e5d8599f418a039835e3" \
	"44224c72f0e67f7bab990d9ba2026eaa4a04cbe1935e3418e3d523c76a653cb3" \
	"9e8849cc10d4c0b6"
#define EXAMPLE_CREATE_AGAIN_RESPONSE \
	"02000000020c0b0a010c0b0aa8ceafd58fd4a6e837b90404e89ac90dda6c7223" \
	"8e90bd24bd6aa90fde7fc92194be0d9e0fdcb7a1dd035f39a2916d7ba8129639" \
	"f739bab3cbed45e86f1933c93f972981e4ec60a54e2d03459f309f262107ed3d" \
	"7f0ff9256557af81d2d6d347c69f8fa3fe98afc55e870ec114503e0ec5f3cd7c" \
	"f305a78aa3c5f0e507ca8bb22d4ee94053834cf208731c554e2f583e73dee031" \
	"fccd5e89e8eacc131ec80086ab8d6f020853d4774a47c4d0a9f2ec1eb258d24f" \
	"28f8d22a00000000000000000000000000000000"
#define EXAMPLE_CREATE_AGAIN_TO_RESPONDER \
	"612d8c702c2a7345df8401b12c0b6489dbe848e4d97316d2052673457983d52d"
#define EXAMPLE_CREATE_AGAIN_TO_INITIATOR \
	"2db78e5da7b74857d2118f34247885d39fe1d688a77cf448fd6e13f6159ff36b"
#define EXAMPLE_CREATE_AGAIN_SESSION_ID \
	"0cf4e397ccfa9725e24aa456b95320af"
#define EXAMPLE_CREATE_AGAIN_ROOT \
	"b98d35ea4de399e96517c72ce6b32432e183727cc4c7b2a6b27ab4fe3aeda2f2"
#define EXAMPLE_CREATE_AGAIN_FINAL_HASH \
	"6195ba02cbad285606692af9de3de32811f7a96297d1c0b54b71022a243fdd99"
#define EXAMPLE_REKEY_INIT_EPHEMERAL \
	"af09e2689928a06776703cb9774cd90a1112bc076cf95bfe6b2998b7bc5602f3"
#define EXAMPLE_REKEY_RESPONSE_EPHEMERAL \
	"e562496280cfe277bb6ede373c8e9c34adb19318b3945467a07579f8421e833d"
#define EXAMPLE_REKEY_PSK \
	"b34652813007021382402b190d2184c692a3a4eccae503987022d9cc8e211947"
#define EXAMPLE_REKEY_CHAINING_KEY \
	"db7bf552fcf4d1e31e03813380ef215f6d6b10eb8b4bddc57e78c55cdabe0862"
#define EXAMPLE_REKEY_HASH \
	"077cf56080bb2ac7ac981f71375a5d95b6f441b163f52f5540e9126a6b1574c2"
#define EXAMPLE_REKEY_INIT \
	"01000000030c0b0a7caf57cd10c587fc59cc26a37fd28ddc304dd2e2a2c09e99" \
	"5a5a2ba52335297fa6b92b3892828d5ddba7d93b7416850e009682e4b6bc9273" \
	"18008094cce4557aa3a9d83418e0ba7aaab122aa5d6a81892ed6827a731aec6c" \
	"fac91a4a8329659ac7bd0e7043fdb4664602407c7580038f693865d6f5b424f7" \
	"e525c0763818ca3d013416f0b3c17e1f11a412c94d511bc5523153ff573c62a4" \
	"3ed01e27c1a9998e146500d8f2ab4a56628326a553c6c57185d98507fa3f7883" \
	"071e2f820b19b341690732f0e756cc85eaa40f7fe79746dc0000000000000000" \
	"0000000000000000"
#define EXAMPLE_REKEY_RESPONSE \
	"02000000040c0b0a030c0b0ada07f403ca52765d116f089d9d643b877a6ecd4e" \
	"0348ee00140ff64c4151ef55bbd513609f50ebecac2cded1222a372afd8c2809" \
	"426b80d098bb71680be6fc3df11ddb379c662962fd2c98096ea45f1f8e0c0766" \
	"8d475a8809cd5ac7395f5814a0e7f29b1303defdbba0abcc5946b399ccffd40f" \
	"f11caf4ae720a5eb9c861902e88cbfb0a0bf9af61adb1601b52945c353dfa810" \
	"e8cd507df565a8c1bc812d1ee7bc4c6f56fab53f48ea797c8d0938938bf28805" \
	"0ace502300000000000000000000000000000000"
#define EXAMPLE_REKEY_TO_RESPONDER \
	"10ccd6c81cc628a60136056bb10919a8b84da9a47d1ed5e1d248751611c5f9b8"
#define EXAMPLE_REKEY_TO_INITIATOR \
	"13b58a7849f7da28283d73a53a6a904d7ed06a36fbd1a962ba48d81ebf78ce08"
#define EXAMPLE_REKEY_SESSION_ID \
	"52caacca2ef39352baebf6310935a72c"
#define EXAMPLE_REKEY_ROOT \
	"c61275c130f196a6c2114d865bd8df86b736637324d2967e8c60c46e2349f929"
#define EXAMPLE_REKEY_FINAL_HASH \
	"a3e40ccce17fcd7208528340ba571c5264966fb628837c15067460b3b0e11478"
#define EXAMPLE_REFUSED_REKEY_INIT_EPHEMERAL \
	"561d0ed4ee3c25f955750104b0a400ddcbb9a7c6715b1d8bf67d5d29fa6c5174"
#define EXAMPLE_REFUSED_REKEY_RESPONSE_EPHEMERAL \
	"6a7011388eb1b0b0ab08cb786614d2e73e53e78e44a147072f3cc17ea5d970c7"
#define EXAMPLE_REFUSED_REKEY_PSK \
	"795e547a2e5a698e1b3c03a91e4b80b960f6aa039e2ec6a735fdae8137023569"
#define EXAMPLE_REFUSED_REKEY_CHAINING_KEY \
	"7ee3464e16e598252cb6e3a10b5316bdeae0ff4c07dab2aedda351762f09310e"
#define EXAMPLE_REFUSED_REKEY_HASH \
	"a83916181a1f6360c39a3f2ca391d55afae9c5417b8f98f8283645ca83fadc0c"
#define EXAMPLE_REFUSED_REKEY_INIT \
	"01000000050c0b0a2e268ba9c4721ccef5c44aed4a764a879274935ac77cda95" \
	"862686b8f929dd70c318cc55d864e3fd71be40cd5489035c87e0612eb1e67cc3" \
	"dfb371546fd83eca6d040cd351c05538308615e6dc97d3db99a21ae7425a2684" \
	"872ba50cb6bb7eb1646ac40025eacd41cf4770113f8b82b90acb43474bade76d" \
	"eb695fb536c5eaec88d2090828fd0a1e9b4cb0cb06218e0c5226b6934104cc6c" \
	"fe042b6a410ccebff2f95ff94fb65ff03b3b40a1e45ef60088d2af8ca1cbe432" \
	"73a64f704b27d364352192020d48c8d40bacce4fa99267140000000000000000" \
	"0000000000000000"
#define EXAMPLE_REFUSED_REKEY_RESPONSE \
	"0200000000000000050c0b0a224e5d84567cd62c3d9d5dc0b21afbe247cb1263" \
	"afb42c0d43c34993fd9c9b13f090c94b412b476c2c4b07ad222018c275c58067" \
	"596583733977abf655c1ad4685c490644fc363cc29dba0fac0080ee620d29142" \
	"37fe3afceac9e4b56c9aed1fd11e54fb9a3ea4d2f975b55744cca3c4a88c81f4" \
	"0fdccd01984dbc93021e2dc604d1d6b6091655a92c86215d6518fae87524ba3d" \
	"81e8a14a18abb0f7c27b723616e6aee9b47c6c45035808a10b33c7061e8b7752" \
	"a171561500000000000000000000000000000000"
#define EXAMPLE_REFUSED_REKEY_TO_RESPONDER \
	"87e840ce117e61922a0b15f146a9b31cfcbe31adab7e6c0b2d3bfe8af7fac516"
#define EXAMPLE_REFUSED_REKEY_TO_INITIATOR \
	"5eda98b6d8296df96102c3f4929e6dd316d31a1720e864ad5224f17b27b352b5"
#define EXAMPLE_REFUSED_REKEY_SESSION_ID \
	"884fe8b2e3cbda41cd291b74ee8c4821"
#define EXAMPLE_REFUSED_REKEY_ROOT \
	"512cc836f633d7cc750884c94c024c82e660c91a28198e9e02cb5c0a0d79f537"
#define EXAMPLE_REFUSED_REKEY_FINAL_HASH \
	"d5a4fb7dc2f94fc0c829be843d5eecdce96a931a30a43f386189392275529081"
#define EXAMPLE_HEARTBEAT_PLAIN \
	"0100440018000000010000000000000001000000000000000000000000000000" \
	"000200003211dbfb90d0cd127092605e84e12c3e000000000000000000000000" \
	"00000000"
#define EXAMPLE_HEARTBEAT \
	"05000000020c0b0a0000000000000000c0a4fb61eb8133f1822b8b524ffe1f8d" \
	"e7bbe7c8762ac5fb8bef9fe3a38f2738fc98cb79ad6f471456d63f281ae296b6" \
	"0e8626048319228659a7b46315f79f0d8cbb92a196b3099ddd6a0f2494a64a54" \
	"bb2e6663"
#define EXAMPLE_HEARTBEAT_ACK_PLAIN \
	"0200580017000000010000001800000001000000010000000000000000000000" \
	"000200006ab381a0defeb53357e675ba6235aaae3211dbfb90d0cd127092605e" \
	"84e12c3e0400409cc6336407000000000000000000000000"
#define EXAMPLE_HEARTBEAT_ACK \
	"05000000010c0b0a000000000000000029f3bd4b3e27dd0132cc51d541aabd43" \
	"b8db6dda083be7fd55fd1e623247b6bef4b22372197ad5f000366bee5d9a9056" \
	"3e8e31b2d2fb54f6dd0c3f6b1201901131499dbeb522ad67f9cd005eb5f71fe0" \
	"a726d6605e3926d487b440e6136b07e500dd814ec40282ce"
#define EXAMPLE_PATH_CONFIRM_PLAIN \
	"0b0018002d0000006ab381a0defeb53357e675ba6235aaae"
#define EXAMPLE_PATH_CONFIRM \
	"05000000020c0b0a0100000000000000ff403f4a5d037002bbcfc9c3dcdc5706" \
	"dc1ee2513230070c4485438c1a19e9e8abfc0b129073f525"
#define EXAMPLE_DATA_PLAIN \
	"4500002400010000400166c40a0900020a09000108005b84000700016578616d" \
	"706c6521"
#define EXAMPLE_DATA \
	"04000000020c0b0a0200000000000000a9c5ae0259688772b819a335e039c705" \
	"ab8bd2be082ea4205a5c1e0ca993b2d5ebbd8bbccfa51c78d3ecd21e469e0be6" \
	"c973cde1"
#define EXAMPLE_REATTACH_WANTED_PLAIN \
	"08001000282300000000000041000000"
#define EXAMPLE_REATTACH_WANTED \
	"05000000010c0b0a01000000000000000c476ae0e21d7d81ff7dd95a680bd005" \
	"a3ec371bbcf55e3f23559d4db6e6e1ba"
#define EXAMPLE_REATTACH_REQUEST_PLAIN \
	"03003c0010270000010000000000000000000000010046000000000000000000" \
	"00000000000000000000000000000000000000000000000000000000"
#define EXAMPLE_REATTACH_REQUEST \
	"05010000020c0b0a0300000000000000a059d6ab94a2494eed1892e6c50593d0" \
	"6dd1bc8c399f5bd01c762254f0aad4c16cc6be6e9aae698d97e1628b1790ec6a" \
	"e5fd2dc1bee8b3c503382b960cfcbff1fd3231effa6727f204dde961"
#define EXAMPLE_REATTACH_CHALLENGE_PLAIN \
	"040020001a27000001000000000000000cc26aa2f96d825c9e95f7e03697ae15"
#define EXAMPLE_REATTACH_CHALLENGE \
	"05010000010c0b0a0200000000000000a0d565630187f5da76d4a8825957153f" \
	"ad70c5a47f04448be423096ad770eba596556a8c3bf8a52d3d116c6163ff95e7"
#define EXAMPLE_REATTACH_PROOF_PLAIN \
	"05002400242700000100000000000000000000000cc26aa2f96d825c9e95f7e0" \
	"3697ae15"
#define EXAMPLE_REATTACH_PROOF \
	"05010000020c0b0a04000000000000006c3a2f77a434b0e648227a3372569ddc" \
	"bec8ece55677a5ecbc45bbf562578e772d6b93fc2eb976a641cdccae63828590" \
	"86b9a045"
#define EXAMPLE_REATTACH_ACK_PLAIN \
	"060074002e27000001000000000000000100000003000000000000000400419c" \
	"cb00710900000000000000000000000004003c14c00002010000000000000000" \
	"000000004600000015b19191009d9717136926fd1184e6f21a613267a9ed3fed" \
	"1d00cb450b30ca727f32a8993ac3a73b00000000"
#define EXAMPLE_REATTACH_ACK \
	"05010000010c0b0a030000000000000072f9184eac189c98d2aaacbe9b55ca4a" \
	"7fce1f4d6ecca7018751257a07e73c21a6c49c5e6e425fb4d2a480623544b926" \
	"02e508d2f3d17506fc048ee278bd250380b23bedbcf90d3bfc3efd9390a00b90" \
	"65ab3e486a753e3a3caa34569bcc4a2e4058b2ddd8ff078bd1bcbf7681f71d9b" \
	"d32f566624b05ccdd23b72c181caceea61fe9779"
#define EXAMPLE_REATTACH_REJECT_PLAIN \
	"07001c00382700000100000000000000a50000000100000032000000"
#define EXAMPLE_REATTACH_REJECT \
	"05010000010c0b0a0400000000000000c7ef903854fb60414337fea032a21893" \
	"2a8012927495258cfada18e6926f316dcc421b644cb78ee252c49770"
#define EXAMPLE_PATH_CHALLENGE_PLAIN \
	"0a002c00f82a00000cc26aa2f96d825c9e95f7e03697ae150400419ccb007109" \
	"000000000000000000000000"
#define EXAMPLE_PATH_CHALLENGE \
	"05010000010c0b0a0500000000000000b5bd90a162af7c9b114c1443c9aba890" \
	"861f0e8767e4fc4058bf9e4061ddf5cfd1a20ca9e8ff1373022a7de938266efe" \
	"801deb45b46a1d0d47641c44"
#define EXAMPLE_REKEY_WANTED_PLAIN \
	"09000800c0d40100"
#define EXAMPLE_REKEY_WANTED \
	"05010000010c0b0a0600000000000000d7ec01b03624e68eb05f995e88cb1005" \
	"4e58b49f0c4d469c"
#define EXAMPLE_DATA_KEEPALIVE_PLAIN \
	""
#define EXAMPLE_DATA_KEEPALIVE \
	"04010000040c0b0a0000000000000000c84816bbf221a383fd5026b27e1425c9"
#define EXAMPLE_DATA_UNDER_AES_256_GCM_PLAIN \
	"4500002400010000400166c40a0900020a09000108005b84000700016578616d" \
	"706c6521"
#define EXAMPLE_DATA_UNDER_AES_256_GCM \
	"04010000030c0b0a000000000000000055003f3a7696651b0bd6a8200cdfcd72" \
	"7131858f272d44a51123aa504073f2d65374f2840a3cff536b851d8f89d7b905" \
	"6764a80f"
#define EXAMPLE_ENDPOINTS_PLAIN \
	"0c00280024d50100010000000100000006003c1420010db80000000000000000" \
	"0000000102000000"
#define EXAMPLE_ENDPOINTS \
	"05010000030c0b0a01000000000000005cd8c25f09cc5b0128513e5748c0b544" \
	"30ced575ebc92c553a4bb46f117c0b951c8c5c9945925c195b0c920c4912ffc8" \
	"8534ac1d4e0fba58"
#define EXAMPLE_ENDPOINTS_ACK_PLAIN \
	"0d000c0038d5010001000000"
#define EXAMPLE_ENDPOINTS_ACK \
	"05010000040c0b0a01000000000000002363b99d3b23a003329fe585e02424ac" \
	"103cb7c132953581c6f8f4d0"
#define EXAMPLE_TERMINATE_PLAIN \
	"0e000c00d0fb0100c5000000"
#define EXAMPLE_TERMINATE \
	"05010000040c0b0a02000000000000005fe8c05b0bfff662ed2027d86f37436f" \
	"8e14a2c7a87e1f794ade2abc"

/* INIT and RESPONSE. Strings are hexadecimal. */
struct example_handshake {
	const char *name;
	u32 init_index, response_index;
	struct jvpn_init_payload init_payload;
	struct jvpn_response_payload response_payload;
	const char *init_ephemeral, *response_ephemeral, *psk;
	const char *chaining_key, *hash;	/* after the INIT */
	const char *init, *response;
	const char *to_responder, *to_initiator, *session_id, *root, *final_hash;
};

/* Of one pair of keys; to the responder, to the initiator. */
struct example_traffic {
	u8 cipher;
	const char *key[2], *iv[2];
};

/* DATA, or CONTROL with a body. */
struct example_packet {
	const char *name;
	u8 keys;		/* which example_traffic */
	u8 direction;		/* enum jvpn_direction */
	u8 type, path_id;
	u32 receiver_index;
	u64 counter;
	struct jvpn_control body;
	const char *plain, *message;
};

/* Which of the handshakes is what. */
enum {
	EXAMPLE_CREATE,
	EXAMPLE_CREATE_AGAIN,
	EXAMPLE_REKEY,
	EXAMPLE_REFUSED,
};

static const struct example_handshake example_handshakes[] = {
	{
		.name = "create",
		.init_index = 0xa0b0c01,
		.response_index = 0xa0b0c02,
		.init_payload = {
			.kind = 1,
			.ciphers = 6,
			.timestamp = {
				0x40, 0x00, 0x00, 0x00, 0x65, 0x53, 0xf1, 0x0a,
				0x07, 0x5b, 0xcd, 0x15,
			},
			.clock_ms = cpu_to_le32(3),
			.bounds.session_max_lifetime_ms = cpu_to_le32(28800000),
			.bounds.transport_loss_ttl_ms = cpu_to_le32(900000),
			.notice_token = {
				0x5f, 0xbe, 0x7e, 0x6e, 0x4b, 0x68, 0x46, 0x24,
				0x47, 0x63, 0x8e, 0xa0, 0xfe, 0xf4, 0x3f, 0x7e,
			},
		},
		.response_payload = {
			.cipher = 2,
			.session_id = {
				0x02, 0x99, 0x28, 0x4c, 0xa0, 0x8f, 0xf9, 0xe3,
				0x68, 0xec, 0x3e, 0x9f, 0x05, 0x39, 0x63, 0x4b,
			},
			.clock_ms = cpu_to_le32(1),
			.bounds.session_max_lifetime_ms = cpu_to_le32(28800000),
			.bounds.transport_loss_ttl_ms = cpu_to_le32(900000),
			.observed = { .family = 4, .port = cpu_to_le16(40000), .addr = {
				0xc6, 0x33, 0x64, 0x07,
			} },
			.notice_token = {
				0xde, 0xdf, 0x0d, 0xfa, 0x9f, 0x1b, 0x9a, 0xe3,
				0x2f, 0xa9, 0xa7, 0x21, 0x83, 0xb0, 0xd1, 0x6c,
			},
		},
		.init_ephemeral = EXAMPLE_CREATE_INIT_EPHEMERAL,
		.response_ephemeral = EXAMPLE_CREATE_RESPONSE_EPHEMERAL,
		.psk = EXAMPLE_CREATE_PSK,
		.chaining_key = EXAMPLE_CREATE_CHAINING_KEY,
		.hash = EXAMPLE_CREATE_HASH,
		.init = EXAMPLE_CREATE_INIT,
		.response = EXAMPLE_CREATE_RESPONSE,
		.to_responder = EXAMPLE_CREATE_TO_RESPONDER,
		.to_initiator = EXAMPLE_CREATE_TO_INITIATOR,
		.session_id = EXAMPLE_CREATE_SESSION_ID,
		.root = EXAMPLE_CREATE_ROOT,
		.final_hash = EXAMPLE_CREATE_FINAL_HASH,
	},
	{
		.name = "create again",
		.init_index = 0xa0b0c01,
		.response_index = 0xa0b0c02,
		.init_payload = {
			.kind = 1,
			.ciphers = 6,
			.timestamp = {
				0x40, 0x00, 0x00, 0x00, 0x65, 0x53, 0xf1, 0x0b,
				0x07, 0x5b, 0xcd, 0x15,
			},
			.clock_ms = cpu_to_le32(1003),
			.bounds.session_max_lifetime_ms = cpu_to_le32(28800000),
			.bounds.transport_loss_ttl_ms = cpu_to_le32(900000),
			.notice_token = {
				0x5f, 0xbe, 0x7e, 0x6e, 0x4b, 0x68, 0x46, 0x24,
				0x47, 0x63, 0x8e, 0xa0, 0xfe, 0xf4, 0x3f, 0x7e,
			},
		},
		.response_payload = {
			.cipher = 2,
			.session_id = {
				0x0c, 0xf4, 0xe3, 0x97, 0xcc, 0xfa, 0x97, 0x25,
				0xe2, 0x4a, 0xa4, 0x56, 0xb9, 0x53, 0x20, 0xaf,
			},
			.clock_ms = cpu_to_le32(2),
			.bounds.session_max_lifetime_ms = cpu_to_le32(28800000),
			.bounds.transport_loss_ttl_ms = cpu_to_le32(900000),
			.observed = { .family = 4, .port = cpu_to_le16(40000), .addr = {
				0xc6, 0x33, 0x64, 0x07,
			} },
			.notice_token = {
				0xde, 0xdf, 0x0d, 0xfa, 0x9f, 0x1b, 0x9a, 0xe3,
				0x2f, 0xa9, 0xa7, 0x21, 0x83, 0xb0, 0xd1, 0x6c,
			},
		},
		.init_ephemeral = EXAMPLE_CREATE_AGAIN_INIT_EPHEMERAL,
		.response_ephemeral = EXAMPLE_CREATE_AGAIN_RESPONSE_EPHEMERAL,
		.psk = EXAMPLE_CREATE_AGAIN_PSK,
		.chaining_key = EXAMPLE_CREATE_AGAIN_CHAINING_KEY,
		.hash = EXAMPLE_CREATE_AGAIN_HASH,
		.init = EXAMPLE_CREATE_AGAIN_INIT,
		.response = EXAMPLE_CREATE_AGAIN_RESPONSE,
		.to_responder = EXAMPLE_CREATE_AGAIN_TO_RESPONDER,
		.to_initiator = EXAMPLE_CREATE_AGAIN_TO_INITIATOR,
		.session_id = EXAMPLE_CREATE_AGAIN_SESSION_ID,
		.root = EXAMPLE_CREATE_AGAIN_ROOT,
		.final_hash = EXAMPLE_CREATE_AGAIN_FINAL_HASH,
	},
	{
		.name = "rekey",
		.init_index = 0xa0b0c03,
		.response_index = 0xa0b0c04,
		.init_payload = {
			.kind = 2,
			.ciphers = 134,
			.path_id = 1,
			.timestamp = {
				0x40, 0x00, 0x00, 0x00, 0x65, 0x53, 0xf1, 0x82,
				0x07, 0x5b, 0xcd, 0x15,
			},
			.session_id = {
				0x02, 0x99, 0x28, 0x4c, 0xa0, 0x8f, 0xf9, 0xe3,
				0x68, 0xec, 0x3e, 0x9f, 0x05, 0x39, 0x63, 0x4b,
			},
			.clock_ms = cpu_to_le32(120003),
			.bounds.session_max_lifetime_ms = cpu_to_le32(28800000),
			.bounds.transport_loss_ttl_ms = cpu_to_le32(900000),
			.notice_token = {
				0x41, 0x7e, 0xc7, 0xf2, 0xb5, 0x2c, 0xe5, 0x88,
				0x5b, 0x9b, 0x10, 0x43, 0x3c, 0xa7, 0x16, 0x84,
			},
		},
		.response_payload = {
			.cipher = 1,
			.session_id = {
				0x02, 0x99, 0x28, 0x4c, 0xa0, 0x8f, 0xf9, 0xe3,
				0x68, 0xec, 0x3e, 0x9f, 0x05, 0x39, 0x63, 0x4b,
			},
			.clock_ms = cpu_to_le32(120001),
			.bounds.session_max_lifetime_ms = cpu_to_le32(28800000),
			.bounds.transport_loss_ttl_ms = cpu_to_le32(900000),
			.observed = { .family = 4, .port = cpu_to_le16(40001), .addr = {
				0xcb, 0x00, 0x71, 0x09,
			} },
			.notice_token = {
				0x2d, 0xdf, 0xe4, 0x0b, 0x26, 0xfb, 0x02, 0x92,
				0xdc, 0xe0, 0x95, 0x19, 0xb6, 0x2b, 0x48, 0x39,
			},
		},
		.init_ephemeral = EXAMPLE_REKEY_INIT_EPHEMERAL,
		.response_ephemeral = EXAMPLE_REKEY_RESPONSE_EPHEMERAL,
		.psk = EXAMPLE_REKEY_PSK,
		.chaining_key = EXAMPLE_REKEY_CHAINING_KEY,
		.hash = EXAMPLE_REKEY_HASH,
		.init = EXAMPLE_REKEY_INIT,
		.response = EXAMPLE_REKEY_RESPONSE,
		.to_responder = EXAMPLE_REKEY_TO_RESPONDER,
		.to_initiator = EXAMPLE_REKEY_TO_INITIATOR,
		.session_id = EXAMPLE_REKEY_SESSION_ID,
		.root = EXAMPLE_REKEY_ROOT,
		.final_hash = EXAMPLE_REKEY_FINAL_HASH,
	},
	{
		.name = "refused rekey",
		.init_index = 0xa0b0c05,
		.response_index = 0x0,
		.init_payload = {
			.kind = 2,
			.ciphers = 134,
			.path_id = 1,
			.timestamp = {
				0x40, 0x00, 0x00, 0x00, 0x65, 0x53, 0xf1, 0xfa,
				0x07, 0x5b, 0xcd, 0x15,
			},
			.session_id = {
				0x02, 0x99, 0x28, 0x4c, 0xa0, 0x8f, 0xf9, 0xe3,
				0x68, 0xec, 0x3e, 0x9f, 0x05, 0x39, 0x63, 0x4b,
			},
			.clock_ms = cpu_to_le32(240003),
			.bounds.session_max_lifetime_ms = cpu_to_le32(28800000),
			.bounds.transport_loss_ttl_ms = cpu_to_le32(900000),
			.notice_token = {
				0x03, 0xd4, 0x77, 0x50, 0xb6, 0xeb, 0x0f, 0xec,
				0x16, 0x0f, 0x4c, 0x9a, 0x8c, 0x25, 0x98, 0xb4,
			},
		},
		.response_payload = {
			.status = cpu_to_le16(167),
			.cipher = 1,
			.observed = { .family = 4, .port = cpu_to_le16(40001), .addr = {
				0xcb, 0x00, 0x71, 0x09,
			} },
		},
		.init_ephemeral = EXAMPLE_REFUSED_REKEY_INIT_EPHEMERAL,
		.response_ephemeral = EXAMPLE_REFUSED_REKEY_RESPONSE_EPHEMERAL,
		.psk = EXAMPLE_REFUSED_REKEY_PSK,
		.chaining_key = EXAMPLE_REFUSED_REKEY_CHAINING_KEY,
		.hash = EXAMPLE_REFUSED_REKEY_HASH,
		.init = EXAMPLE_REFUSED_REKEY_INIT,
		.response = EXAMPLE_REFUSED_REKEY_RESPONSE,
		.to_responder = EXAMPLE_REFUSED_REKEY_TO_RESPONDER,
		.to_initiator = EXAMPLE_REFUSED_REKEY_TO_INITIATOR,
		.session_id = EXAMPLE_REFUSED_REKEY_SESSION_ID,
		.root = EXAMPLE_REFUSED_REKEY_ROOT,
		.final_hash = EXAMPLE_REFUSED_REKEY_FINAL_HASH,
	},
};

/* Of the create, of the rekey. */
static const struct example_traffic example_traffic[] = {
	{
		.cipher = 2,
		.key[0] =
			"9b66d0fd2ad9ad65f1313f4876a8f7735f41c2887b6b1fb917a42e0857b61f07",
		.iv[0] = "7b61b5306f31dbcc7fd5cf60",
		.key[1] =
			"68e69d3588c0473f8674487a886856042961d6885728d2f7d94564867d725c25",
		.iv[1] = "733d4fce83ec922a8b50b816",
	},
	{
		.cipher = 1,
		.key[0] =
			"b259a21c63b7fbab070c222c05fd6b6f7b3328619480d18978d914ddfdaad7d2",
		.iv[0] = "74e4d7e0466a59ac7a214016",
		.key[1] =
			"04a687b7a7cb33146f31e1b16015bdee3ff79beda8dc330f508cefa7f2824ea2",
		.iv[1] = "8929394e4c4ab09536f31cd8",
	},
};

static const struct example_packet example_packets[] = {
	{
		.name = "HEARTBEAT",
		.keys = 0,
		.direction = 1,
		.type = 5,
		.path_id = 0,
		.receiver_index = 0xa0b0c02,
		.counter = 0,
		.body = {
			.kind = 1,
			.clock_ms = 24,
			.heartbeat.seq = 1,
			.heartbeat.sent = 1,
			.heartbeat.state = 2,
			.heartbeat.token = {
				0x32, 0x11, 0xdb, 0xfb, 0x90, 0xd0, 0xcd, 0x12,
				0x70, 0x92, 0x60, 0x5e, 0x84, 0xe1, 0x2c, 0x3e,
			},
		},
		.plain = EXAMPLE_HEARTBEAT_PLAIN,
		.message = EXAMPLE_HEARTBEAT,
	},
	{
		.name = "HEARTBEAT_ACK",
		.keys = 0,
		.direction = 2,
		.type = 5,
		.path_id = 0,
		.receiver_index = 0xa0b0c01,
		.counter = 0,
		.body = {
			.kind = 2,
			.clock_ms = 23,
			.heartbeat.seq = 1,
			.heartbeat.echo_clock_ms = 24,
			.heartbeat.sent = 1,
			.heartbeat.received = 1,
			.heartbeat.state = 2,
			.heartbeat.token = {
				0x6a, 0xb3, 0x81, 0xa0, 0xde, 0xfe, 0xb5, 0x33,
				0x57, 0xe6, 0x75, 0xba, 0x62, 0x35, 0xaa, 0xae,
			},
			.heartbeat.echo = {
				0x32, 0x11, 0xdb, 0xfb, 0x90, 0xd0, 0xcd, 0x12,
				0x70, 0x92, 0x60, 0x5e, 0x84, 0xe1, 0x2c, 0x3e,
			},
			.heartbeat.observed = { .family = 4, .port = 40000, .addr = {
				0xc6, 0x33, 0x64, 0x07,
			} },
		},
		.plain = EXAMPLE_HEARTBEAT_ACK_PLAIN,
		.message = EXAMPLE_HEARTBEAT_ACK,
	},
	{
		.name = "PATH_CONFIRM",
		.keys = 0,
		.direction = 1,
		.type = 5,
		.path_id = 0,
		.receiver_index = 0xa0b0c02,
		.counter = 1,
		.body = {
			.kind = 11,
			.clock_ms = 45,
			.path_token.token = {
				0x6a, 0xb3, 0x81, 0xa0, 0xde, 0xfe, 0xb5, 0x33,
				0x57, 0xe6, 0x75, 0xba, 0x62, 0x35, 0xaa, 0xae,
			},
		},
		.plain = EXAMPLE_PATH_CONFIRM_PLAIN,
		.message = EXAMPLE_PATH_CONFIRM,
	},
	{
		.name = "DATA",
		.keys = 0,
		.direction = 1,
		.type = 4,
		.path_id = 0,
		.receiver_index = 0xa0b0c02,
		.counter = 2,
		.plain = EXAMPLE_DATA_PLAIN,
		.message = EXAMPLE_DATA,
	},
	{
		.name = "REATTACH_WANTED",
		.keys = 0,
		.direction = 2,
		.type = 5,
		.path_id = 0,
		.receiver_index = 0xa0b0c01,
		.counter = 1,
		.body = {
			.kind = 8,
			.clock_ms = 9000,
			.wanted.reason = 65,
		},
		.plain = EXAMPLE_REATTACH_WANTED_PLAIN,
		.message = EXAMPLE_REATTACH_WANTED,
	},
	{
		.name = "REATTACH_REQUEST",
		.keys = 0,
		.direction = 1,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c02,
		.counter = 3,
		.body = {
			.kind = 3,
			.clock_ms = 10000,
			.request.nonce = 1ULL,
			.request.path_id = 1,
			.request.reason = 70,
		},
		.plain = EXAMPLE_REATTACH_REQUEST_PLAIN,
		.message = EXAMPLE_REATTACH_REQUEST,
	},
	{
		.name = "REATTACH_CHALLENGE",
		.keys = 0,
		.direction = 2,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c01,
		.counter = 2,
		.body = {
			.kind = 4,
			.clock_ms = 10010,
			.challenge.nonce = 1ULL,
			.challenge.token = {
				0x0c, 0xc2, 0x6a, 0xa2, 0xf9, 0x6d, 0x82, 0x5c,
				0x9e, 0x95, 0xf7, 0xe0, 0x36, 0x97, 0xae, 0x15,
			},
		},
		.plain = EXAMPLE_REATTACH_CHALLENGE_PLAIN,
		.message = EXAMPLE_REATTACH_CHALLENGE,
	},
	{
		.name = "REATTACH_PROOF",
		.keys = 0,
		.direction = 1,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c02,
		.counter = 4,
		.body = {
			.kind = 5,
			.clock_ms = 10020,
			.proof.nonce = 1ULL,
			.proof.token = {
				0x0c, 0xc2, 0x6a, 0xa2, 0xf9, 0x6d, 0x82, 0x5c,
				0x9e, 0x95, 0xf7, 0xe0, 0x36, 0x97, 0xae, 0x15,
			},
		},
		.plain = EXAMPLE_REATTACH_PROOF_PLAIN,
		.message = EXAMPLE_REATTACH_PROOF,
	},
	{
		.name = "REATTACH_ACK",
		.keys = 0,
		.direction = 2,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c01,
		.counter = 3,
		.body = {
			.kind = 6,
			.clock_ms = 10030,
			.ack.nonce = 1ULL,
			.ack.epoch = 1,
			.ack.version = 3ULL,
			.ack.initiator = { .family = 4, .port = 40001, .addr = {
				0xcb, 0x00, 0x71, 0x09,
			} },
			.ack.responder = { .family = 4, .port = 5180, .addr = {
				0xc0, 0x00, 0x02, 0x01,
			} },
			.ack.reason = 70,
			.ack.accept_time_ns = 1700000010123456789ULL,
			.ack.lineage_before = {
				0x13, 0x69, 0x26, 0xfd, 0x11, 0x84, 0xe6, 0xf2,
				0x1a, 0x61, 0x32, 0x67, 0xa9, 0xed, 0x3f, 0xed,
			},
			.ack.lineage = {
				0x1d, 0x00, 0xcb, 0x45, 0x0b, 0x30, 0xca, 0x72,
				0x7f, 0x32, 0xa8, 0x99, 0x3a, 0xc3, 0xa7, 0x3b,
			},
		},
		.plain = EXAMPLE_REATTACH_ACK_PLAIN,
		.message = EXAMPLE_REATTACH_ACK,
	},
	{
		.name = "REATTACH_REJECT",
		.keys = 0,
		.direction = 2,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c01,
		.counter = 4,
		.body = {
			.kind = 7,
			.clock_ms = 10040,
			.reject.nonce = 1ULL,
			.reject.reason = 165,
			.reject.epoch = 1,
			.reject.retry_after_ms = 50,
		},
		.plain = EXAMPLE_REATTACH_REJECT_PLAIN,
		.message = EXAMPLE_REATTACH_REJECT,
	},
	{
		.name = "PATH_CHALLENGE",
		.keys = 0,
		.direction = 2,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c01,
		.counter = 5,
		.body = {
			.kind = 10,
			.clock_ms = 11000,
			.path_token.token = {
				0x0c, 0xc2, 0x6a, 0xa2, 0xf9, 0x6d, 0x82, 0x5c,
				0x9e, 0x95, 0xf7, 0xe0, 0x36, 0x97, 0xae, 0x15,
			},
			.path_token.observed = { .family = 4, .port = 40001, .addr = {
				0xcb, 0x00, 0x71, 0x09,
			} },
		},
		.plain = EXAMPLE_PATH_CHALLENGE_PLAIN,
		.message = EXAMPLE_PATH_CHALLENGE,
	},
	{
		.name = "REKEY_WANTED",
		.keys = 0,
		.direction = 2,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c01,
		.counter = 6,
		.body = {
			.kind = 9,
			.clock_ms = 120000,
		},
		.plain = EXAMPLE_REKEY_WANTED_PLAIN,
		.message = EXAMPLE_REKEY_WANTED,
	},
	{
		.name = "DATA, keepalive",
		.keys = 1,
		.direction = 1,
		.type = 4,
		.path_id = 1,
		.receiver_index = 0xa0b0c04,
		.counter = 0,
		.plain = EXAMPLE_DATA_KEEPALIVE_PLAIN,
		.message = EXAMPLE_DATA_KEEPALIVE,
	},
	{
		.name = "DATA under AES-256-GCM",
		.keys = 1,
		.direction = 2,
		.type = 4,
		.path_id = 1,
		.receiver_index = 0xa0b0c03,
		.counter = 0,
		.plain = EXAMPLE_DATA_UNDER_AES_256_GCM_PLAIN,
		.message = EXAMPLE_DATA_UNDER_AES_256_GCM,
	},
	{
		.name = "ENDPOINTS",
		.keys = 1,
		.direction = 2,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c03,
		.counter = 1,
		.body = {
			.kind = 12,
			.clock_ms = 120100,
			.endpoints.serial = 1,
			.endpoints.count = 1,
			.endpoints.offer[0].endpoint = { .family = 6, .port = 5180, .addr = {
				0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00,
				0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
			} },
			.endpoints.offer[0].priority = 2,
		},
		.plain = EXAMPLE_ENDPOINTS_PLAIN,
		.message = EXAMPLE_ENDPOINTS,
	},
	{
		.name = "ENDPOINTS_ACK",
		.keys = 1,
		.direction = 1,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c04,
		.counter = 1,
		.body = {
			.kind = 13,
			.clock_ms = 120120,
			.endpoints_ack.serial = 1,
		},
		.plain = EXAMPLE_ENDPOINTS_ACK_PLAIN,
		.message = EXAMPLE_ENDPOINTS_ACK,
	},
	{
		.name = "TERMINATE",
		.keys = 1,
		.direction = 1,
		.type = 5,
		.path_id = 1,
		.receiver_index = 0xa0b0c04,
		.counter = 2,
		.body = {
			.kind = 14,
			.clock_ms = 130000,
			.terminate.reason = 197,
		},
		.plain = EXAMPLE_TERMINATE_PLAIN,
		.message = EXAMPLE_TERMINATE,
	},
};

#endif /* _JVPN_TESTS_EXAMPLES_H */
